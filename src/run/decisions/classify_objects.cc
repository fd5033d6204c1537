#include "run/decisions/classify_objects.h"

#include "documents/url_decode.h"
#include "events/reindex_event.h"

namespace vams {
namespace {

// What is sent for one key, and what each reader makes of it.
class Reading {
 public:
  Reading(std::string_view key, KeyEncoding encoding) : key_(key) {
    if (encoding == KeyEncoding::kS3 || (!key.contains('%') && !key.contains('+'))) return;
    sent_ = EncodeEventKey(key, encoding);
    decoded_ = UnquotePlus(*sent_);
  }
  // Who asks for S3's own encoding says that every reader decodes.
  EventReading value() const {
    if (!sent_) return {key_, key_, key_};
    return {key_, *sent_, decoded_};
  }

 private:
  std::string_view key_;
  std::optional<std::string> sent_;
  std::string decoded_;
};

}  // namespace

Result<std::vector<std::optional<Hazard>>> HazardsOf(const RunContext& run, ExpectedDocuments& expected,
                                                     std::string_view bucket, std::span<const NamedObject> objects) {
  std::vector<std::optional<Hazard>> hazards(objects.size());
  if (!run.deployment.bucket_sync || objects.empty()) return hazards;
  std::vector<std::string_view> keys;
  keys.reserve(objects.size());
  for (const NamedObject& object : objects) keys.push_back(object.key);
  TRY_ASSIGN(const auto places, expected.SyncPlaces(bucket, keys));
  std::optional<Hazard> of_places;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto& [key, named] = objects[i];
    if (i == 0 || places[i] != places[i - 1] || &named != &objects[i - 1].named) {
      of_places = HazardOfPlaces(key, named, *places[i]);
    }
    const Reading reading(key, run.options.event_key_encoding);
    hazards[i] = HazardOfReading(reading.value());
    if (!hazards[i]) hazards[i] = of_places;
    if (hazards[i] == Hazard::kSyncRewrites && run.options.allow_rewrites) hazards[i] = std::nullopt;
  }
  return hazards;
}

Result<std::vector<ClassifiedObject>> ClassifyObjects(const RunContext& run, ExpectedDocuments& expected,
                                                      std::string_view bucket, std::span<const ObjectEntry> entries,
                                                      KnownHeads heads) {
  LocationOwners located;
  if (run.options.attribution == Attribution::kLocation) {
    TRY_ASSIGN(located, AttributeByLocation(run, expected, bucket, entries, heads));
  }
  TRY_ASSIGN(auto decisions, expected.DecideObjects(bucket, entries, located.owners));
  std::vector<ClassifiedObject> classified;
  classified.reserve(entries.size());
  std::vector<NamedObject> named;
  std::vector<std::size_t> of_named;
  named.reserve(entries.size());
  of_named.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (decisions[i] && decisions[i]->decision.kind == Decision::Kind::kIndex) {
      named.push_back({entries[i].key, decisions[i]->asset->key});
      of_named.push_back(i);
    }
    classified.push_back({.decision = std::move(decisions[i])});
  }
  TRY_ASSIGN(const auto hazards, HazardsOf(run, expected, bucket, named));
  for (std::size_t n = 0; n < hazards.size(); ++n) {
    if (hazards[n] && HoldsBack(*hazards[n])) classified[of_named[n]].withheld = hazards[n];
  }
  return classified;
}

}  // namespace vams
