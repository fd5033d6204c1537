#include "documents/asset_loader.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "documents/asset_document.h"
#include "documents/request_checks.h"

namespace vams {
namespace {

constexpr std::size_t kMetadataKeys = 3;

bool HasKind(const std::vector<Item>& links, std::string_view kind) {
  for (const Item& link : links) {
    if (StringAttribute(link, "relationshipType") == kind) return true;
  }
  return false;
}

const Item* CurrentVersion(const std::vector<Item>& versions) {
  for (const Item& version : versions) {
    const AttributeValue* current = version.Find("isCurrentVersion");
    const bool* flag = current == nullptr ? nullptr : current->As<bool>();
    if (flag != nullptr && *flag) return &version;
  }
  return nullptr;
}

Verdict FailureVerdict(const AssetKey& key, BuildFailure failure) {
  Verdict verdict = ErrorVerdict(failure.built_whole ? FailureStage::kSend : FailureStage::kRequest, failure.rule,
                                 std::move(failure.message));
  verdict.decision.document.id = AssetDocumentId(key.database_id, key.asset_id);
  return verdict;
}

}  // namespace

// One request that is to be indexed, with all that its document needs.
struct AssetLoader::Work {
  std::size_t index;  // among the requests
  const AssetRequest* request;
  const Item* asset;
  BucketRow bucket;
  std::array<std::optional<Item>, kMetadataKeys> metadata{};
  std::vector<Item> versions{};
  std::vector<Item> links_from{};
  std::vector<Item> links_to{};
};

// Upstream asks for one row and filters afterwards; repaired looks at all.
std::optional<ItemCount> AssetLoader::SideLimit() const {
  if (compatibility_ == Compatibility::kUpstream) return ItemCount{1};
  return std::nullopt;
}

Status AssetLoader::LookUpSides(std::span<Work> work) {
  if (work.empty()) return {};
  std::vector<MetadataKey> metadata_keys;
  std::vector<LinkQuery> links;
  std::vector<std::string> asset_ids;
  metadata_keys.reserve(kMetadataKeys * work.size());
  links.reserve(2 * work.size());
  asset_ids.reserve(work.size());
  for (const Work& w : work) {
    const AssetKey& key = w.request->key;
    metadata_keys.push_back({key.database_id, key.asset_id});
    metadata_keys.push_back({key.database_id, key.asset_id + '/'});
    metadata_keys.push_back({key.database_id, '/' + key.asset_id + '/'});
    links.push_back({LinkEnd::kFrom, key});
    links.push_back({LinkEnd::kTo, key});
    asset_ids.push_back(key.asset_id);
  }
  TRY_ASSIGN(auto metadata, source_.side_tables.GetMetadata(metadata_keys));
  TRY_ASSIGN(auto versions, source_.side_tables.QueryVersions(asset_ids, SideLimit()));
  TRY_ASSIGN(auto found_links, source_.side_tables.QueryLinks(links, SideLimit()));
  for (std::size_t i = 0; i < work.size(); ++i) {
    for (std::size_t k = 0; k < kMetadataKeys; ++k) {
      work[i].metadata[k] = std::move(metadata[kMetadataKeys * i + k]);
    }
    work[i].versions = std::move(versions[i]);
    work[i].links_from = std::move(found_links[2 * i]);
    work[i].links_to = std::move(found_links[2 * i + 1]);
  }
  return {};
}

Result<std::vector<Verdict>> AssetLoader::Decide(std::span<const AssetRequest> requests) {
  const bool repaired = compatibility_ == Compatibility::kRepaired;
  const DatabaseIdForm form = repaired ? DatabaseIdForm::kLiveOrArchived : DatabaseIdForm::kLive;
  std::vector<Verdict> verdicts(requests.size());
  std::vector<std::size_t> checked;
  std::vector<AssetKey> keys;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (const auto wrong = CheckDatabaseId(requests[i].key.database_id, form)) {
      verdicts[i] = InvalidVerdict("bad-database-id", *wrong);
    } else if (const auto wrong_asset = CheckAssetId(requests[i].key.asset_id)) {
      verdicts[i] = InvalidVerdict("bad-asset-id", *wrong_asset);
    } else if (requests[i].operation != "index" && requests[i].operation != "delete") {
      verdicts[i] = ErrorVerdict(FailureStage::kRequest, "unknown-operation",
                                 fmt::format("unknown operation '{}'", requests[i].operation));
    } else {
      checked.push_back(i);
      if (requests[i].row == nullptr) keys.push_back(requests[i].key);
    }
  }
  TRY_ASSIGN(auto read, rows_.Assets(keys));

  std::vector<Work> work;
  std::vector<std::string> bucket_ids;
  std::size_t next_read = 0;
  for (const std::size_t i : checked) {
    const AssetRequest& request = requests[i];
    const Item* asset = request.row;
    if (asset == nullptr) {
      const AssetRow& row = read[next_read++];
      asset = row == nullptr ? nullptr : &row->item;
    }
    if (asset == nullptr) {
      // A removal whose record was read late, or never came, is told by the table alone.
      verdicts[i] = request.operation == "delete" || repaired
                        ? DeleteVerdict(AssetDocumentId(request.key.database_id, request.key.asset_id), "asset-absent",
                                        "Asset document deleted")
                        : SkipVerdict("asset-absent", "Asset not found, skipping indexing");
      continue;
    }
    std::string bucket_id(StringAttribute(*asset, "bucketId"));
    if (bucket_id.empty()) {
      verdicts[i] = SkipVerdict("no-bucket-id", "No bucket ID, skipping indexing");
      continue;
    }
    work.push_back({.index = i, .request = &request, .asset = asset, .bucket = nullptr});
    bucket_ids.push_back(std::move(bucket_id));
  }
  TRY_ASSIGN(auto buckets, rows_.Buckets(bucket_ids));
  for (std::size_t i = 0; i < work.size(); ++i) {
    work[i].bucket = std::move(buckets[i]);
    if (work[i].bucket == nullptr) {
      verdicts[work[i].index] = SkipVerdict("bucket-absent", "Bucket details not found, skipping indexing");
    }
  }
  std::erase_if(work, [](const Work& w) { return w.bucket == nullptr; });

  TRY(LookUpSides(work));
  for (const Work& w : work) {
    const AssetKey& key = w.request->key;
    AssetDocumentInput input{.database_id = key.database_id,
                             .asset_id = key.asset_id,
                             .asset = *w.asset,
                             .bucket = *w.bucket,
                             .metadata = {},
                             .current_version = CurrentVersion(w.versions),
                             .has_children = HasKind(w.links_from, "parentChild"),
                             .has_parents = HasKind(w.links_to, "parentChild"),
                             .has_related = HasKind(w.links_from, "related") || HasKind(w.links_to, "related"),
                             .archived = w.request->archived || key.database_id.contains(kArchivedSuffix) ||
                                         key.asset_id.contains(kArchivedSuffix)};
    for (std::size_t k = 0; k < kMetadataKeys; ++k) {
      input.metadata[k] = w.metadata[k] ? &*w.metadata[k] : nullptr;
    }
    auto body = BuildAssetDocument(input);
    verdicts[w.index] =
        body ? IndexVerdict({.id = AssetDocumentId(key.database_id, key.asset_id), .body = std::move(*body)},
                            "Asset document indexed")
             : FailureVerdict(key, std::move(body.error()));
  }
  return verdicts;
}

}  // namespace vams
