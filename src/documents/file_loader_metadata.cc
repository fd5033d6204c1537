#include <algorithm>

#include "documents/file_loader.h"
#include "documents/file_loader_work.h"
#include "documents/key_rules.h"

namespace vams {
namespace {

struct FilePlace {
  AssetKey asset;
  std::string path;  // as it follows the first '/', with no '/' put in front
};

// 5.3: slashes in front are removed, the first '/' splits. A verdict where the key names no file.
std::optional<Verdict> SplitMetadataKey(const MetadataNotice& notice, FilePlace& place) {
  if (notice.database_id.empty() || notice.key.empty()) return SkipVerdict("no-ids", "Missing IDs, skipping");
  std::string_view key = notice.key;
  if (!key.contains('/')) return SkipVerdict("asset-metadata", "Asset-level metadata, skipping");
  key.remove_prefix(std::min(key.find_first_not_of('/'), key.size()));
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) {
    return ErrorVerdict(FailureStage::kEvent, "bad-metadata-key", "the key has no path behind the asset id");
  }
  place.asset = {.database_id = notice.database_id, .asset_id = std::string(key.substr(0, slash))};
  place.path = key.substr(slash + 1);
  if (place.path.empty() || place.path == "/") return SkipVerdict("asset-metadata", "Root path metadata, skipping");
  if (IsFolderPath(place.path)) return SkipVerdict("no-extension", "Folder path, skipping");
  return std::nullopt;
}

std::string Slashed(std::string path) {
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  return path;
}

Verdict LocationVerdict() {
  return ErrorVerdict(FailureStage::kEvent, "bad-location", "the asset's location is no object with a text Key");
}

}  // namespace

Result<std::vector<FileVerdicts>> FileLoader::DecideMetadata(std::span<const MetadataNotice> notices) {
  return repaired() ? DecideMetadataRepaired(notices) : DecideMetadataAsUpstream(notices);
}

Result<std::vector<FileVerdicts>> FileLoader::DecideMetadataAsUpstream(std::span<const MetadataNotice> notices) {
  std::vector<FileVerdicts> verdicts(notices.size());
  std::vector<FilePlace> places(notices.size());
  std::vector<std::size_t> open;
  std::vector<AssetKey> assets;
  for (std::size_t i = 0; i < notices.size(); ++i) {
    if (auto verdict = SplitMetadataKey(notices[i], places[i])) {
      verdicts[i] = One(std::move(*verdict));
      continue;
    }
    open.push_back(i);
    assets.push_back(places[i].asset);
  }
  TRY_ASSIGN(auto rows, rows_.Assets(assets));
  TRY_ASSIGN(auto buckets, rows_.BucketsOf(rows));
  std::vector<Work> found;
  std::vector<ObjectRef> objects;
  for (std::size_t n = 0; n < open.size(); ++n) {
    const std::size_t i = open[n];
    if (rows[n] == nullptr) {
      verdicts[i] = One(SkipVerdict("asset-absent", "Asset not found, skipping"));
      continue;
    }
    if (buckets[n] == nullptr) {
      verdicts[i] = One(SkipVerdict("bucket-absent", "Bucket details not found, skipping"));
      continue;
    }
    const auto base = AssetBaseKey(rows[n]->item, buckets[n]->prefix, places[i].asset.asset_id);
    if (!base) {
      verdicts[i] = One(LocationVerdict());
      continue;
    }
    ObjectRef object{.bucket = buckets[n]->name, .key = *base + places[i].path};
    std::string path = Slashed(std::move(places[i].path));
    if (auto verdict = CheckFileRequest({.database_id = places[i].asset.database_id,
                                         .asset_id = places[i].asset.asset_id,
                                         .path = path,
                                         .bucket = object.bucket,
                                         .key = object.key,
                                         .operation = notices[i].removal ? "delete" : "index"})) {
      verdicts[i] = One(std::move(*verdict));
      continue;
    }
    objects.push_back(std::move(object));
    found.push_back(
        {.index = i, .path = std::move(path), .asset = std::move(rows[n]), .bucket = std::move(buckets[n])});
  }
  Heads heads;
  if (!objects.empty()) {
    TRY_ASSIGN(heads, source_.objects.HeadMany(objects));
  }
  for (std::size_t n = 0; n < found.size(); ++n) {
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

// A file's metadata changed, so its document is made anew, exactly as for an event of its object.
Result<std::vector<FileVerdicts>> FileLoader::DecideMetadataRepaired(std::span<const MetadataNotice> notices) {
  std::vector<FileVerdicts> verdicts(notices.size());
  std::vector<FilePlace> places(notices.size());
  std::vector<std::size_t> open;
  std::vector<AssetKey> assets;
  for (std::size_t i = 0; i < notices.size(); ++i) {
    if (auto verdict = SplitMetadataKey(notices[i], places[i])) {
      verdicts[i] = One(std::move(*verdict));
      continue;
    }
    open.push_back(i);
    assets.push_back(places[i].asset);
  }
  TRY_ASSIGN(auto rows, rows_.Assets(assets));
  TRY_ASSIGN(auto buckets, rows_.BucketsOf(rows));
  std::vector<ObjectNotice> objects;
  std::vector<std::size_t> of_object;
  for (std::size_t n = 0; n < open.size(); ++n) {
    const std::size_t i = open[n];
    if (rows[n] == nullptr) {
      const std::string path = Slashed(std::move(places[i].path));
      verdicts[i] = One(*CheckFileRequest({.database_id = places[i].asset.database_id,
                                           .asset_id = places[i].asset.asset_id,
                                           .path = path,
                                           .bucket = "-",  // unknown, and of no matter to a removal, as the key
                                           .key = "-",
                                           .operation = "delete"}));
      continue;
    }
    if (buckets[n] == nullptr) {
      verdicts[i] = One(SkipVerdict("bucket-absent", "Bucket details not found, skipping"));
      continue;
    }
    auto base = AssetBaseKey(rows[n]->item, buckets[n]->prefix, places[i].asset.asset_id);
    if (!base) {
      verdicts[i] = One(LocationVerdict());
      continue;
    }
    if (!base->empty() && !base->ends_with('/')) base->push_back('/');
    objects.push_back({.object = {.bucket = buckets[n]->name, .key = *base + places[i].path}});
    of_object.push_back(i);
  }
  TRY_ASSIGN(auto decided, DecideObjects(objects));
  for (std::size_t n = 0; n < decided.size(); ++n) verdicts[of_object[n]] = std::move(decided[n]);
  return verdicts;
}

}  // namespace vams
