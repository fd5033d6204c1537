#include "run/verification/document_sources.h"

#include <utility>

#include "documents/document_parts.h"
#include "documents/key_rules.h"
#include "run/state/handled_items.h"

namespace vams {
namespace {

// The place of a file behind its asset: "/a/b.glb".
std::string_view PathOf(std::string_view id, const AssetKey& asset) {
  const std::size_t asset_part = asset.database_id.size() + 1 + asset.asset_id.size() + 1;
  return id.size() > asset_part ? id.substr(asset_part) : std::string_view();
}

// Undoes RelativePath().
std::string KeyOf(std::string_view base, std::string_view path) {
  if (base.ends_with('/')) path.remove_prefix(1);
  return std::string(base).append(path);
}

Result<std::vector<std::string>> LocatorsOfFiles(const SourcePorts& source, const std::vector<std::string>& ids) {
  std::vector<std::string> locators(ids.size());
  std::vector<AssetKey> assets;
  std::vector<std::size_t> of_asset;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto asset = AssetOfDocument(ids[i]);
    if (!asset || !PathOf(ids[i], *asset).starts_with('/')) continue;
    assets.push_back(std::move(*asset));
    of_asset.push_back(i);
  }
  TRY_ASSIGN(const auto rows, source.assets.GetMany(assets));
  std::vector<std::string> buckets;
  std::vector<std::size_t> of_bucket;  // in assets
  for (std::size_t n = 0; n < rows.size(); ++n) {
    std::string bucket(rows[n] ? StringAttribute(rows[n]->item, "bucketId") : std::string_view());
    if (bucket.empty()) continue;
    buckets.push_back(std::move(bucket));
    of_bucket.push_back(n);
  }
  TRY_ASSIGN(const auto records, source.buckets.GetMany(buckets));
  for (std::size_t m = 0; m < records.size(); ++m) {
    const auto place = records[m] ? BucketDetailsOf(*records[m]) : std::nullopt;
    if (!place) continue;
    const std::size_t n = of_bucket[m];
    const std::string& id = ids[of_asset[n]];
    const auto base = AssetBaseKey(rows[n]->item, place->prefix, assets[n].asset_id);
    if (base) locators[of_asset[n]] = JoinParts(place->name, KeyOf(*base, PathOf(id, assets[n])));
  }
  return locators;
}

}  // namespace

std::optional<AssetKey> AssetOfDocument(std::string_view id) {
  std::size_t first = id.find('#');
  if (first == std::string_view::npos) return std::nullopt;
  if (id.substr(first).starts_with(std::string(kArchivedSuffix) + "#")) first += kArchivedSuffix.size();
  const std::string_view rest = id.substr(first + 1);
  return AssetKey{std::string(id.substr(0, first)), std::string(rest.substr(0, rest.find('#')))};
}

Result<std::vector<std::string>> LocatorsOf(IndexKind kind, const SourcePorts& source,
                                            const std::vector<std::string>& ids) {
  if (kind == IndexKind::kFiles) return LocatorsOfFiles(source, ids);
  std::vector<std::string> locators(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto asset = AssetOfDocument(ids[i])) locators[i] = JoinParts(asset->database_id, asset->asset_id);
  }
  return locators;
}

std::string WhyUnexpected(AssetTable& assets, IndexKind kind, const std::string& id) {
  const auto key = AssetOfDocument(id);
  if (!key) return "an id that no record can have";
  const std::vector<AssetKey> keys{*key};
  const auto found = assets.GetMany(keys);
  if (!found) return "no source";
  if (!found->front()) return "no asset record";
  return kind == IndexKind::kAssets ? "the asset record is not indexed by the rules" : "no object that the rules index";
}

}  // namespace vams
