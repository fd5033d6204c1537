#include <algorithm>

#include "documents/file_loader.h"
#include "documents/file_loader_work.h"
#include "documents/key_rules.h"

namespace vams {
namespace {

std::string_view LiveDatabaseId(std::string_view id) {
  if (id.ends_with(kArchivedSuffix)) id.remove_suffix(kArchivedSuffix.size());
  return id;
}

// Adds the removal of the document that `asset` had of this object, if its key begins with `base` and such a document
// can have been indexed. One document once.
void AddRemoval(std::vector<Verdict>& verdicts, const AssetKey& asset, const ObjectRef& object, std::string_view base,
                std::string_view rule) {
  if (!object.key.starts_with(base)) return;
  const std::string path = RelativePath(object.key, base);
  auto verdict = CheckFileRequest({.database_id = asset.database_id,
                                   .asset_id = asset.asset_id,
                                   .path = path,
                                   .bucket = object.bucket,
                                   .key = object.key,
                                   .operation = "delete"});
  if (!verdict || verdict->decision.kind != Decision::Kind::kDelete) return;
  verdict->decision.rule = rule;
  const bool known = std::ranges::any_of(
      verdicts, [&](const Verdict& v) { return v.decision.document.id == verdict->decision.document.id; });
  if (!known) verdicts.push_back(std::move(*verdict));
}

}  // namespace

Result<std::vector<Verdict>> FileLoader::RemovedObject(const ObjectRef& object) {
  constexpr std::string_view kRule = "object-absent";
  std::vector<Verdict> verdicts;
  TRY_ASSIGN(const auto places, rows_.BucketsNamed(object.bucket));
  for (const BucketDetails& place : places) {
    if (!object.key.starts_with(place.prefix)) continue;
    const std::string_view rest = std::string_view(object.key).substr(place.prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos) continue;
    const std::string asset_id(rest.substr(0, slash));
    TRY_ASSIGN(const auto records, rows_.AssetsInBucket(place.id, asset_id));
    for (const AssetRecord& record : *records) {
      const auto base = AssetBaseKey(record.item, place.prefix, asset_id);
      if (!base) continue;
      const AssetKey live{std::string(LiveDatabaseId(record.key.database_id)), record.key.asset_id};
      AddRemoval(verdicts, live, object, *base, kRule);
    }
  }
  if (verdicts.empty()) {
    verdicts.push_back(SkipVerdict(kRule, "the object is gone, and its key does not tell whose it was"));
  }
  return verdicts;
}

Result<std::vector<Verdict>> FileLoader::RemovedAsset(const AssetKey& asset, const ObjectRef& object) {
  constexpr std::string_view kRule = "asset-absent";
  std::vector<Verdict> verdicts;
  const AssetKey live{std::string(LiveDatabaseId(asset.database_id)), asset.asset_id};
  const AssetKey archived{live.database_id + std::string(kArchivedSuffix), asset.asset_id};
  const std::array<AssetKey, 2> keys{live, archived};
  TRY_ASSIGN(const auto rows, rows_.Assets(keys));
  // An object that names the archived row of an asset which lives again: nothing of the living one is to be removed.
  if (rows[0] != nullptr) return std::vector<Verdict>{SkipVerdict("asset-archived", "Asset not found, skipping")};
  if (rows[1] != nullptr) {
    TRY_ASSIGN(const auto buckets, rows_.BucketsOf(std::span(&rows[1], 1)));
    const std::string prefix = buckets[0] == nullptr ? std::string() : buckets[0]->prefix;
    if (const auto base = AssetBaseKey(rows[1]->item, prefix, asset.asset_id)) {
      AddRemoval(verdicts, live, object, *base, kRule);
    }
  }
  TRY_ASSIGN(const auto places, rows_.BucketsNamed(object.bucket));
  for (const BucketDetails& place : places) {
    AddRemoval(verdicts, live, object, place.prefix + asset.asset_id + '/', kRule);
  }
  if (verdicts.empty()) verdicts.push_back(SkipVerdict(kRule, "Asset not found, skipping"));
  return verdicts;
}

}  // namespace vams
