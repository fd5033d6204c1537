#include "documents/file_loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "documents/file_loader_work.h"
#include "documents/key_rules.h"
#include "documents/request_checks.h"

namespace vams {
namespace {

std::string_view SkipMessage(std::string_view rule) {
  if (rule == "folder-marker") return "Skipped folder marker";
  if (rule == "preview-file") return "Skipped excluded pattern file";
  return "Skipped excluded patterns or prefix files";
}

std::string_view Metadata(const ObjectHead& head, std::string_view name) {
  const std::string* value = head.FindMetadata(name);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

Verdict FailureVerdict(std::string id, BuildFailure failure) {
  Verdict verdict = ErrorVerdict(failure.built_whole ? FailureStage::kSend : FailureStage::kRequest, failure.rule,
                                 std::move(failure.message));
  verdict.decision.document.id = std::move(id);
  return verdict;
}

}  // namespace

FileVerdicts One(Verdict verdict) {
  std::vector<Verdict> one;
  one.push_back(std::move(verdict));
  return one;
}

std::optional<Verdict> CheckFileRequest(const FileRequestText& request, bool same_place) {
  if (!same_place) {
    if (const auto wrong = CheckDatabaseId(request.database_id)) return InvalidVerdict("bad-database-id", *wrong);
    if (const auto wrong = CheckAssetId(request.asset_id)) return InvalidVerdict("bad-asset-id", *wrong);
  }
  if (const auto wrong = CheckFilePath(request.path)) return InvalidVerdict("bad-path", *wrong);
  if (!same_place) {
    if (const auto wrong = CheckBucketName(request.bucket)) return InvalidVerdict("bad-bucket-name", *wrong);
  }
  if (const auto wrong = CheckObjectKey(request.key)) return InvalidVerdict("bad-key", *wrong);
  if (IsFolderPath(request.path)) return SkipVerdict("no-extension", "Skipped folder path");
  if (request.operation == "delete") {
    return DeleteVerdict(FileDocumentId(request.database_id, request.asset_id, request.path), "removed",
                         "File document deleted");
  }
  if (request.operation != "index") {
    return ErrorVerdict(FailureStage::kRequest, "unknown-operation",
                        fmt::format("unknown operation '{}'", request.operation));
  }
  return std::nullopt;
}

Result<FileLoader::Heads> FileLoader::HeadMany(std::span<const Asked> objects, std::span<const std::size_t> wanted) {
  if (wanted.empty()) return Heads{};
  std::vector<ObjectRef> refs;
  refs.reserve(wanted.size());
  for (const std::size_t i : wanted) refs.push_back({std::string(objects[i].bucket), std::string(objects[i].key)});
  return source_.objects.HeadMany(refs);
}

Status FileLoader::Finish(std::vector<Work>& work, std::vector<FileVerdicts>& verdicts) {
  std::erase_if(work, [&](const Work& w) {
    if (w.head != nullptr || w.archived) return false;
    verdicts[w.index] = One(SkipVerdict("object-absent", "File not found, skipping indexing"));
    return true;
  });
  if (work.empty()) return {};
  std::vector<MetadataKey> keys;
  keys.reserve(2 * work.size());
  for (const Work& w : work) {
    const AssetKey& asset = w.asset->key;
    std::string slashed;
    slashed.reserve(1 + asset.asset_id.size() + w.path.size());
    slashed.push_back('/');
    slashed += asset.asset_id;
    slashed += w.path;
    keys.push_back({asset.database_id, slashed.substr(1)});
    keys.push_back({asset.database_id, std::move(slashed)});
  }
  TRY_ASSIGN(auto metadata, source_.side_tables.GetMetadata(keys));
  for (std::size_t i = 0; i < work.size(); ++i) {
    const Work& w = work[i];
    const AssetKey& asset = w.asset->key;
    const auto item = [&](std::size_t k) { return metadata[2 * i + k] ? &*metadata[2 * i + k] : nullptr; };
    auto body = BuildFileDocument({.database_id = asset.database_id,
                                   .asset_id = asset.asset_id,
                                   .path = w.path,
                                   .asset = w.asset->item,
                                   .bucket = *w.bucket,
                                   .metadata = {item(0), item(1)},
                                   .head = w.head,
                                   .archived = w.archived});
    std::string id = FileDocumentId(asset.database_id, asset.asset_id, w.path);
    verdicts[w.index] =
        One(body ? IndexVerdict({.id = std::move(id), .body = std::move(*body)}, "File document indexed")
                 : FailureVerdict(std::move(id), std::move(body.error())));
  }
  return {};
}

Result<FileLoader::Planned> FileLoader::PlanObjects(std::span<const Asked> objects) {
  Planned planned;
  std::vector<FileVerdicts>& verdicts = planned.verdicts;
  verdicts.resize(objects.size());
  std::vector<std::size_t> open;
  open.reserve(objects.size());
  std::vector<std::size_t> unseen;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Asked& object = objects[i];
    if (object.bucket.empty() || object.key.empty()) {
      verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "no-object", "the event names no bucket or no key"));
    } else if (!IsUtf8(object.key)) {
      verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "key-not-utf8",
                                     fmt::format("the key '{}' is not UTF-8", Printable(object.key))));
    } else if (const auto rule = ReservedKeyRule(object.key); !rule.empty()) {
      verdicts[i] = One(SkipVerdict(rule, SkipMessage(rule)));
    } else {
      open.push_back(i);
      if (object.head == nullptr && object.named == nullptr) unseen.push_back(i);
    }
  }
  TRY_ASSIGN(planned.heads, HeadMany(objects, unseen));

  struct Candidate {
    std::size_t index;
    const ObjectHead* head;
    std::size_t asset;
  };
  std::vector<Candidate> candidates;
  candidates.reserve(open.size());
  std::vector<AssetKey> assets;  // neighbours mostly share theirs
  std::size_t next_head = 0;
  for (const std::size_t i : open) {
    const ObjectHead* head = objects[i].head;
    const AssetKey* named = head == nullptr ? objects[i].named : nullptr;
    if (head == nullptr && named == nullptr) {
      const auto& answer = planned.heads[next_head++];
      if (!answer) {
        verdicts[i] = std::unexpected(answer.error());
        continue;
      }
      if (*answer) head = &**answer;
    }
    if (head == nullptr && named == nullptr) {
      if (repaired()) {
        TRY_ASSIGN(auto removed, RemovedObject({std::string(objects[i].bucket), std::string(objects[i].key)}));
        verdicts[i] = std::move(removed);
      } else {
        verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "object-absent", "there is no such object"));
      }
      continue;
    }
    const std::string_view database_id = named != nullptr ? named->database_id : Metadata(*head, "databaseid");
    const std::string_view asset_id = named != nullptr ? named->asset_id : Metadata(*head, "assetid");
    if (database_id.empty() || asset_id.empty()) {
      verdicts[i] = One(SkipVerdict("no-ids", "Missing metadata, skipping"));
      continue;
    }
    if (objects[i].unreadable_name && !repaired()) {
      verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "bad-event-name", "the event's name is no text"));
      continue;
    }
    if (assets.empty() || assets.back().asset_id != asset_id || assets.back().database_id != database_id) {
      assets.push_back({std::string(database_id), std::string(asset_id)});
    }
    candidates.push_back({.index = i, .head = head, .asset = assets.size() - 1});
  }

  TRY_ASSIGN(const auto rows, rows_.Assets(assets));
  TRY_ASSIGN(const auto buckets, rows_.BucketsOf(rows));
  planned.work.reserve(candidates.size());
  std::optional<std::string> base;
  std::optional<std::size_t> base_of;
  std::optional<std::pair<std::size_t, std::string_view>> passed;  // an asset and a bucket
  for (const Candidate& candidate : candidates) {
    const Asked& object = objects[candidate.index];
    FileVerdicts& verdict = verdicts[candidate.index];
    const std::size_t n = candidate.asset;
    const AssetKey& asset = assets[n];
    if (rows[n] == nullptr) {
      if (repaired()) {
        TRY_ASSIGN(auto removed, RemovedAsset(asset, {std::string(object.bucket), std::string(object.key)}));
        verdict = std::move(removed);
      } else {
        verdict = One(SkipVerdict("asset-absent", "Asset not found, skipping"));
      }
      continue;
    }
    if (buckets[n] == nullptr) {
      verdict = One(SkipVerdict("bucket-absent", "Bucket details not found, skipping"));
      continue;
    }
    if (base_of != n) base = AssetBaseKey(rows[n]->item, buckets[n]->prefix, asset.asset_id);
    base_of = n;
    if (!base) {
      verdict =
          One(ErrorVerdict(FailureStage::kEvent, "bad-location", "the asset's location is no object with a text Key"));
      continue;
    }
    std::string path = RelativePath(object.key, *base);
    const std::pair place{n, object.bucket};
    // Repaired: the object is there, so a late removal event, or one about its tags, is no removal.
    if (auto wrong = CheckFileRequest({.database_id = asset.database_id,
                                       .asset_id = asset.asset_id,
                                       .path = path,
                                       .bucket = object.bucket,
                                       .key = object.key,
                                       .operation = object.removal && !repaired() ? "delete" : "index"},
                                      passed == place)) {
      verdict = One(std::move(*wrong));
      continue;
    }
    passed = place;
    planned.work.push_back({.index = candidate.index,
                            .path = std::move(path),
                            .asset = rows[n],
                            .bucket = buckets[n],
                            .head = candidate.head});
  }
  return planned;
}

Result<std::vector<FileVerdicts>> FileLoader::DecideObjects(std::span<const ObjectNotice> notices) {
  std::vector<Asked> asked;
  asked.reserve(notices.size());
  for (const ObjectNotice& notice : notices) {
    asked.push_back({.bucket = notice.object.bucket,
                     .key = notice.object.key,
                     .removal = notice.removal,
                     .unreadable_name = notice.unreadable_name,
                     .head = notice.head});
  }
  TRY_ASSIGN(Planned planned, PlanObjects(asked));
  TRY(Finish(planned.work, planned.verdicts));
  return std::move(planned.verdicts);
}

Result<std::vector<Result<ObjectDecision>>> FileLoader::DecideWithoutDocuments(std::string_view bucket,
                                                                               std::span<const ObjectEntry> entries,
                                                                               std::span<const AssetKey* const> named) {
  std::vector<Asked> asked;
  asked.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    asked.push_back({.bucket = bucket,
                     .key = entries[i].key,
                     .head = entries[i].head ? &*entries[i].head : nullptr,
                     .named = named.empty() ? nullptr : named[i]});
  }
  TRY_ASSIGN(Planned planned, PlanObjects(asked));
  std::vector<Result<ObjectDecision>> decisions(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    FileVerdicts& verdict = planned.verdicts[i];
    if (!verdict) {
      decisions[i] = std::unexpected(std::move(verdict).error());
    } else if (!verdict->empty()) {
      decisions[i]->decision = std::move(verdict->front().decision);
    }
  }
  const AssetRecord* writable = nullptr;
  for (Work& w : planned.work) {
    ObjectDecision& decision = *decisions[w.index];
    std::string id = FileDocumentId(w.asset->key.database_id, w.asset->key.asset_id, w.path);
    if (w.asset.get() != writable) {
      if (auto failure = CheckFileFieldsOf(w.asset->item)) {
        decision.decision = FailureVerdict(std::move(id), std::move(*failure)).decision;
        continue;
      }
      writable = w.asset.get();
    }
    decision.decision.kind = Decision::Kind::kIndex;
    decision.decision.document.id = std::move(id);
    decision.asset = std::move(w.asset);
    if (w.head != nullptr) decision.version_id = w.head->version_id;
  }
  return decisions;
}

Result<std::vector<FileVerdicts>> FileLoader::DecideRequests(std::span<const FileRequest> requests) {
  std::vector<FileVerdicts> verdicts(requests.size());
  std::vector<Work> work;
  std::vector<AssetKey> assets;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const FileRequest& request = requests[i];
    if (auto verdict = CheckFileRequest({.database_id = request.asset.database_id,
                                         .asset_id = request.asset.asset_id,
                                         .path = request.path,
                                         .bucket = request.object.bucket,
                                         .key = request.object.key,
                                         .operation = request.operation})) {
      verdicts[i] = One(std::move(*verdict));
      continue;
    }
    work.push_back({.index = i, .path = request.path, .archived = request.archived});
    assets.push_back(request.asset);
  }
  TRY_ASSIGN(auto rows, rows_.Assets(assets));
  TRY_ASSIGN(auto buckets, rows_.BucketsOf(rows));
  std::vector<Work> found;
  std::vector<ObjectRef> objects;
  for (std::size_t n = 0; n < work.size(); ++n) {
    Work& w = work[n];
    if (rows[n] == nullptr || buckets[n] == nullptr) {
      const bool asset_absent = rows[n] == nullptr;
      verdicts[w.index] = One(ErrorVerdict(FailureStage::kRequest, asset_absent ? "asset-absent" : "bucket-absent",
                                           asset_absent ? "there is no such asset" : "the asset has no bucket"));
      continue;
    }
    w.asset = std::move(rows[n]);
    w.bucket = std::move(buckets[n]);
    objects.push_back(requests[w.index].object);
    found.push_back(std::move(w));
  }
  Heads heads;
  if (!objects.empty()) {
    TRY_ASSIGN(heads, source_.objects.HeadMany(objects));
  }
  for (std::size_t n = 0; n < found.size(); ++n) {
    // Upstream takes every failure of this HEAD for an absent object; one that may pass is no answer.
    if (!heads[n] && heads[n].error().retryable) {
      verdicts[found[n].index] = std::unexpected(heads[n].error());
      found[n].asset = nullptr;
    } else if (heads[n] && *heads[n]) {
      found[n].head = &**heads[n];
    }
  }
  std::erase_if(found, [](const Work& w) { return w.asset == nullptr; });
  TRY(Finish(found, verdicts));
  return verdicts;
}

}  // namespace vams
