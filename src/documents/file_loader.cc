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

std::optional<Verdict> CheckFileRequest(const FileRequest& request) {
  if (const auto wrong = CheckDatabaseId(request.asset.database_id)) return InvalidVerdict("bad-database-id", *wrong);
  if (const auto wrong = CheckAssetId(request.asset.asset_id)) return InvalidVerdict("bad-asset-id", *wrong);
  if (const auto wrong = CheckFilePath(request.path)) return InvalidVerdict("bad-path", *wrong);
  if (const auto wrong = CheckBucketName(request.object.bucket)) return InvalidVerdict("bad-bucket-name", *wrong);
  if (const auto wrong = CheckObjectKey(request.object.key)) return InvalidVerdict("bad-key", *wrong);
  if (IsFolderPath(request.path)) return SkipVerdict("no-extension", "Skipped folder path");
  if (request.operation == "delete") {
    return DeleteVerdict(FileDocumentId(request.asset.database_id, request.asset.asset_id, request.path), "removed",
                         "File document deleted");
  }
  if (request.operation != "index") {
    return ErrorVerdict(FailureStage::kRequest, "unknown-operation",
                        fmt::format("unknown operation '{}'", request.operation));
  }
  return std::nullopt;
}

Result<FileLoader::Heads> FileLoader::HeadMany(std::span<const ObjectNotice> notices,
                                               std::span<const std::size_t> wanted) {
  if (wanted.empty()) return Heads{};
  std::vector<ObjectRef> objects;
  objects.reserve(wanted.size());
  for (const std::size_t i : wanted) objects.push_back(notices[i].object);
  return source_.objects.HeadMany(objects);
}

Status FileLoader::Finish(std::vector<Work>& work, std::vector<FileVerdicts>& verdicts) {
  std::erase_if(work, [&](const Work& w) {
    if (w.head != nullptr || w.request.archived) return false;
    verdicts[w.index] = One(SkipVerdict("object-absent", "File not found, skipping indexing"));
    return true;
  });
  if (work.empty()) return {};
  std::vector<MetadataKey> keys;
  keys.reserve(2 * work.size());
  for (const Work& w : work) {
    std::string slashed;
    slashed.reserve(1 + w.request.asset.asset_id.size() + w.request.path.size());
    slashed.push_back('/');
    slashed += w.request.asset.asset_id;
    slashed += w.request.path;
    keys.push_back({w.request.asset.database_id, slashed.substr(1)});
    keys.push_back({w.request.asset.database_id, std::move(slashed)});
  }
  TRY_ASSIGN(auto metadata, source_.side_tables.GetMetadata(keys));
  for (std::size_t i = 0; i < work.size(); ++i) {
    const Work& w = work[i];
    const auto item = [&](std::size_t k) { return metadata[2 * i + k] ? &*metadata[2 * i + k] : nullptr; };
    auto body = BuildFileDocument({.database_id = w.request.asset.database_id,
                                   .asset_id = w.request.asset.asset_id,
                                   .path = w.request.path,
                                   .asset = w.asset->item,
                                   .bucket = *w.bucket,
                                   .metadata = {item(0), item(1)},
                                   .head = w.head,
                                   .archived = w.request.archived});
    std::string id = FileDocumentId(w.request.asset.database_id, w.request.asset.asset_id, w.request.path);
    verdicts[w.index] =
        One(body ? IndexVerdict({.id = std::move(id), .body = std::move(*body)}, "File document indexed")
                 : FailureVerdict(std::move(id), std::move(body.error())));
  }
  return {};
}

Result<FileLoader::Planned> FileLoader::PlanObjects(std::span<const ObjectNotice> notices) {
  Planned planned;
  std::vector<FileVerdicts>& verdicts = planned.verdicts;
  verdicts.resize(notices.size());
  std::vector<std::size_t> open;
  std::vector<std::size_t> unseen;
  for (std::size_t i = 0; i < notices.size(); ++i) {
    const ObjectRef& object = notices[i].object;
    if (object.bucket.empty() || object.key.empty()) {
      verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "no-object", "the event names no bucket or no key"));
    } else if (!IsUtf8(object.key)) {
      verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "key-not-utf8",
                                     fmt::format("the key '{}' is not UTF-8", Printable(object.key))));
    } else if (const auto rule = ReservedKeyRule(object.key); !rule.empty()) {
      verdicts[i] = One(SkipVerdict(rule, SkipMessage(rule)));
    } else {
      open.push_back(i);
      if (notices[i].head == nullptr) unseen.push_back(i);
    }
  }
  TRY_ASSIGN(planned.heads, HeadMany(notices, unseen));

  std::vector<Work> work;
  work.reserve(open.size());
  std::vector<AssetKey> assets;
  assets.reserve(open.size());
  std::size_t next_head = 0;
  for (const std::size_t i : open) {
    const ObjectHead* head = notices[i].head;
    if (head == nullptr) {
      const auto& answer = planned.heads[next_head++];
      if (!answer) {
        verdicts[i] = std::unexpected(answer.error());
        continue;
      }
      if (*answer) head = &**answer;
    }
    if (head == nullptr) {
      if (repaired()) {
        TRY_ASSIGN(auto removed, RemovedObject(notices[i].object));
        verdicts[i] = std::move(removed);
      } else {
        verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "object-absent", "there is no such object"));
      }
      continue;
    }
    AssetKey asset{std::string(Metadata(*head, "databaseid")), std::string(Metadata(*head, "assetid"))};
    if (asset.database_id.empty() || asset.asset_id.empty()) {
      verdicts[i] = One(SkipVerdict("no-ids", "Missing metadata, skipping"));
      continue;
    }
    if (notices[i].unreadable_name && !repaired()) {
      verdicts[i] = One(ErrorVerdict(FailureStage::kEvent, "bad-event-name", "the event's name is no text"));
      continue;
    }
    work.push_back({.index = i, .request = {.asset = asset, .path = {}, .object = {}}, .head = head});
    assets.push_back(std::move(asset));
  }

  TRY_ASSIGN(auto rows, rows_.Assets(assets));
  TRY_ASSIGN(auto buckets, rows_.BucketsOf(rows));
  planned.work.reserve(work.size());
  for (std::size_t n = 0; n < work.size(); ++n) {
    Work& w = work[n];
    const ObjectNotice& notice = notices[w.index];
    if (rows[n] == nullptr) {
      if (repaired()) {
        TRY_ASSIGN(auto removed, RemovedAsset(w.request.asset, notice.object));
        verdicts[w.index] = std::move(removed);
      } else {
        verdicts[w.index] = One(SkipVerdict("asset-absent", "Asset not found, skipping"));
      }
      continue;
    }
    if (buckets[n] == nullptr) {
      verdicts[w.index] = One(SkipVerdict("bucket-absent", "Bucket details not found, skipping"));
      continue;
    }
    const auto base = AssetBaseKey(rows[n]->item, buckets[n]->prefix, w.request.asset.asset_id);
    if (!base) {
      verdicts[w.index] =
          One(ErrorVerdict(FailureStage::kEvent, "bad-location", "the asset's location is no object with a text Key"));
      continue;
    }
    w.request.path = RelativePath(notice.object.key, *base);
    w.request.object = notice.object;
    // Repaired: the object is there, so a late removal event, or one about its tags, is no removal.
    w.request.operation = notice.removal && !repaired() ? "delete" : "index";
    if (auto verdict = CheckFileRequest(w.request)) {
      verdicts[w.index] = One(std::move(*verdict));
      continue;
    }
    w.asset = std::move(rows[n]);
    w.bucket = std::move(buckets[n]);
    planned.work.push_back(std::move(w));
  }
  return planned;
}

Result<std::vector<FileVerdicts>> FileLoader::DecideObjects(std::span<const ObjectNotice> notices) {
  TRY_ASSIGN(Planned planned, PlanObjects(notices));
  TRY(Finish(planned.work, planned.verdicts));
  return std::move(planned.verdicts);
}

Result<std::vector<Result<ObjectDecision>>> FileLoader::DecideWithoutDocuments(std::span<const ObjectNotice> notices) {
  TRY_ASSIGN(Planned planned, PlanObjects(notices));
  std::vector<Result<ObjectDecision>> decisions(notices.size());
  for (std::size_t i = 0; i < notices.size(); ++i) {
    FileVerdicts& verdict = planned.verdicts[i];
    if (!verdict) {
      decisions[i] = std::unexpected(std::move(verdict).error());
    } else if (!verdict->empty()) {
      decisions[i]->decision = std::move(verdict->front().decision);
    }
  }
  for (Work& w : planned.work) {
    ObjectDecision& decision = *decisions[w.index];
    std::string id = FileDocumentId(w.request.asset.database_id, w.request.asset.asset_id, w.request.path);
    if (auto failure = CheckFileFieldsOf(w.asset->item)) {
      decision.decision = FailureVerdict(std::move(id), std::move(*failure)).decision;
      continue;
    }
    decision.decision = IndexVerdict({.id = std::move(id), .body = {}}, "").decision;
    decision.asset = std::move(w.request.asset);
    decision.version_id = w.head->version_id;
  }
  return decisions;
}

Result<std::vector<FileVerdicts>> FileLoader::DecideRequests(std::span<const FileRequest> requests) {
  std::vector<FileVerdicts> verdicts(requests.size());
  std::vector<Work> work;
  std::vector<AssetKey> assets;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (auto verdict = CheckFileRequest(requests[i])) {
      verdicts[i] = One(std::move(*verdict));
      continue;
    }
    work.push_back({.index = i, .request = requests[i]});
    assets.push_back(requests[i].asset);
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
    objects.push_back(w.request.object);
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
