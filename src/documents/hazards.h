#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/asset.h"

// What the bucket-sync function of a deployed VAMS, which stands before the file indexer, would do on an event
// (docs/reference/vams-behaviour.md, section 6; docs/reference/deployment-hazards.md). Pure.
namespace vams {

// Why an event of an object is not sent, or does not arrive, though the rules index it.
enum class Hazard {
  kSyncDeletesInit,     // H1: the object would be deleted, with all its versions
  kUnknownAsset,        // H3: an asset, and maybe a database, would be created
  kSyncRewrites,        // H2: the object would be copied onto itself with other metadata
  kSyncRefusesKey,      // H5: the record ends before the indexer, unless a neighbour in its batch passes
  kSyncRefusesBucket,   // H7: the same for every key below a bucket record whose prefix bucket sync cannot find
  kSyncMisreadsKey,     // H6: bucket sync, which does not decode, looks for another key; then as H5
  kIndexerMisreadsKey,  // H6: the indexer, which decodes, would look for another key
};

// How a hazard is told to people. `name` is the word of reports, findings and logs.
struct HazardInfo {
  Hazard hazard;
  std::string_view name;
  std::string_view explanation;  // one line
  std::string_view fix;          // one line
};
const HazardInfo& InfoOf(Hazard hazard);
// As the cause of a document's absence: "withheld: sync-deletes-init".
std::string CauseOf(Hazard hazard);
// Whether no event is sent then. Of kSyncRefusesBucket events are sent: they do no harm, and it takes no more than a
// mended bucket record for them to arrive.
bool HoldsBack(Hazard hazard);
// nullptr: no hazard has this name.
const HazardInfo* HazardNamed(std::string_view name);

// A bucket record below whose prefix a key lies, with what BucketIdGSI holds for the asset id that bucket sync reads
// from the key. One function is bound to each such record.
struct SyncPlace {
  std::string prefix;              // as normalised
  std::vector<AssetKey> owners{};  // none where the asset id is not one that is looked up
  bool found = true;               // by its stored prefix (SyncFindsPrefix)
};

// The first part behind the prefix of a key that lies below it: the asset id as bucket sync reads it, "" for none.
std::string_view SyncAssetId(std::string_view key, std::string_view prefix);
// Whether bucket sync goes on with this asset id. Where not, it ends the record as a failure.
bool SyncTakesAssetId(std::string_view asset_id);
// Whether bucket sync finds a bucket record with `stored` as prefix. It asks for the exact text, with a '/' at its end
// and none in front (H7).
bool SyncFindsPrefix(const std::optional<std::string>& stored);

// One event as the two functions behind the topic would take it.
struct EventReading {
  std::string_view key;         // the object's
  std::string_view by_sync;     // the key that bucket sync reads in the event
  std::string_view by_indexer;  // and the one that the file indexer reads
};

// `named`: the asset that the object's own metadata name. `places`: all that may be behind the topic; none is as a
// refusal. nullopt: the event does what it is sent for. kSyncRewrites, and after it
// kSyncRefusesBucket, only where nothing else is in the way.
std::optional<Hazard> HazardOf(const EventReading& reading, const AssetKey& named, std::span<const SyncPlace> places);
// Its two parts: what the reading alone makes of it, and what the places make of a key that is read as it is. The
// second is the same for all keys with the same asset ids at the same places.
std::optional<Hazard> HazardOfReading(const EventReading& reading);
std::optional<Hazard> HazardOfPlaces(std::string_view key, const AssetKey& named, std::span<const SyncPlace> places);

}  // namespace vams
