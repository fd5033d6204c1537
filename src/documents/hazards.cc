#include "documents/hazards.h"

#include <algorithm>
#include <array>

#include "documents/request_checks.h"

namespace vams {
namespace {

// 'piplines' is upstream's own spelling.
constexpr std::array<std::string_view, 6> kReservedNames{"temp-upload", "temp-uploads", "preview",
                                                         "previews",    "pipeline",     "piplines"};

constexpr std::string_view kRepairIndexes = "`verify --repair` indexes these directly";

constexpr std::array<HazardInfo, 7> kInfos{{
    {Hazard::kSyncDeletesInit, "sync-deletes-init",
     "bucket sync deletes every object whose key ends in 'init', with all its versions", kRepairIndexes},
    {Hazard::kUnknownAsset, "unknown-asset",
     "the first part of the key names no asset of the bucket, so bucket sync would create one", kRepairIndexes},
    {Hazard::kSyncRewrites, "sync-rewrites",
     "the object's databaseid or assetid metadata differ from the asset that owns its location, so bucket sync would "
     "rewrite the object",
     "`verify --repair` indexes these directly, by their own metadata; --allow-rewrites sends them all the same"},
    {Hazard::kSyncRefusesKey, "sync-refuses-key",
     "bucket sync ends the record of such a key as an error, and the indexer may never hear of it", kRepairIndexes},
    {Hazard::kSyncRefusesBucket, "sync-refuses-bucket",
     "bucket sync does not find the bucket record by its prefix, which must end in '/' and not begin with one",
     "mend the prefix in the buckets table; `verify --repair` indexes these directly"},
    {Hazard::kSyncMisreadsKey, "sync-misreads-key",
     "bucket sync does not decode the key of an event and looks for another object", kRepairIndexes},
    {Hazard::kIndexerMisreadsKey, "indexer-misreads-key",
     "the file indexer decodes the key, which is sent raw, and looks for another object",
     "`verify --repair` indexes these directly; --event-key-encoding=minimal is right for the indexer"},
}};

std::optional<Hazard> HazardAt(std::string_view key, const AssetKey& named, const SyncPlace& place) {
  const std::string_view asset_id = SyncAssetId(key, place.prefix);
  if (!SyncTakesAssetId(asset_id)) return Hazard::kSyncRefusesKey;
  if (place.owners.empty()) return Hazard::kUnknownAsset;
  // Of several owners bucket sync takes whichever the table gives first.
  const bool agree = named.asset_id == asset_id && std::ranges::all_of(place.owners, [&](const AssetKey& owner) {
                       return owner.database_id == named.database_id;
                     });
  if (!agree) return Hazard::kSyncRewrites;
  return std::nullopt;
}

}  // namespace

const HazardInfo& InfoOf(Hazard hazard) {
  return *std::ranges::find(kInfos, hazard, [](const HazardInfo& info) { return info.hazard; });
}

const HazardInfo* HazardNamed(std::string_view name) {
  const auto* it = std::ranges::find(kInfos, name, [](const HazardInfo& info) { return info.name; });
  return it == kInfos.end() ? nullptr : &*it;
}

std::string CauseOf(Hazard hazard) {
  const std::string name(InfoOf(hazard).name);
  return HoldsBack(hazard) ? "withheld: " + name : name;
}

bool HoldsBack(Hazard hazard) { return hazard != Hazard::kSyncRefusesBucket; }

std::string_view SyncAssetId(std::string_view key, std::string_view prefix) {
  if (!key.starts_with(prefix)) return {};
  key.remove_prefix(prefix.size());
  return key.substr(0, key.find('/'));
}

bool SyncTakesAssetId(std::string_view asset_id) {
  return !asset_id.empty() && std::ranges::find(kReservedNames, asset_id) == kReservedNames.end() &&
         !CheckAssetId(asset_id);
}

bool SyncFindsPrefix(const std::optional<std::string>& stored) {
  if (!stored || stored->empty()) return false;
  return *stored == "/" || (stored->ends_with('/') && !stored->starts_with('/'));
}

std::optional<Hazard> HazardOfReading(const EventReading& reading) {
  // Also where the sent key is another one: 'init' ends it in every encoding.
  if (reading.key.ends_with("init") || reading.key.ends_with("init/")) return Hazard::kSyncDeletesInit;
  if (reading.by_sync != reading.key) return Hazard::kSyncMisreadsKey;
  if (reading.by_indexer != reading.key) return Hazard::kIndexerMisreadsKey;
  return std::nullopt;
}

std::optional<Hazard> HazardOfPlaces(std::string_view key, const AssetKey& named, std::span<const SyncPlace> places) {
  if (places.empty()) return Hazard::kSyncRefusesKey;
  std::optional<Hazard> worst;
  for (const SyncPlace& place : places) {
    const auto hazard = HazardAt(key, named, place);
    if (hazard && (!worst || worst == Hazard::kSyncRewrites)) worst = hazard;
  }
  if (!worst && std::ranges::none_of(places, &SyncPlace::found)) return Hazard::kSyncRefusesBucket;
  return worst;
}

std::optional<Hazard> HazardOf(const EventReading& reading, const AssetKey& named, std::span<const SyncPlace> places) {
  const auto hazard = HazardOfReading(reading);
  return hazard ? hazard : HazardOfPlaces(reading.key, named, places);
}

}  // namespace vams
