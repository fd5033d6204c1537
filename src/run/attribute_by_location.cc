#include "run/attribute_by_location.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "documents/key_rules.h"

namespace vams {
namespace {

constexpr double kSampled = 0.01;

// The one asset that all places agree on; nullptr where they tell none or several. An archived asset is none: no
// metadata name it.
const AssetKey* OnlyOwner(const std::vector<SyncPlace>& places) {
  const AssetKey* only = nullptr;
  for (const SyncPlace& place : places) {
    for (const AssetKey& owner : place.owners) {
      if (owner.database_id.ends_with(kArchivedSuffix)) continue;
      if (only != nullptr && *only != owner) return nullptr;
      only = &owner;
    }
  }
  return only;
}

bool Names(const ObjectHead& head, const AssetKey& owner) {
  const std::string* database = head.FindMetadata("databaseid");
  const std::string* asset = head.FindMetadata("assetid");
  return database != nullptr && *database == owner.database_id && asset != nullptr && *asset == owner.asset_id;
}

std::string NamedBy(const ObjectHead& head) {
  const auto text = [&](std::string_view name) {
    const std::string* value = head.FindMetadata(name);
    return value == nullptr ? std::string("none") : Printable(*value);
  };
  return fmt::format("database {}, asset {}", text("databaseid"), text("assetid"));
}

}  // namespace

Status AttributeByLocation(const RunContext& run, ExpectedDocuments& expected, std::string_view bucket,
                           std::vector<ObjectEntry>& entries) {
  std::vector<std::size_t> open;
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].head || !IsUtf8(entries[i].key) || !ReservedKeyRule(entries[i].key).empty()) continue;
    open.push_back(i);
    keys.push_back(entries[i].key);
  }
  TRY_ASSIGN(const auto places, expected.SyncPlaces(bucket, keys));
  std::vector<ObjectRef> sampled;
  std::vector<std::size_t> of_sampled;
  for (std::size_t n = 0; n < open.size(); ++n) {
    ObjectEntry& entry = entries[open[n]];
    const AssetKey* owner = OnlyOwner(places[n]);
    if (owner == nullptr) continue;
    entry.head = ObjectHead{.size = entry.size,
                            .last_modified = entry.last_modified,
                            .etag = entry.etag,
                            .version_id = std::nullopt,
                            .metadata = {{"databaseid", owner->database_id}, {"assetid", owner->asset_id}}};
    if (run.random() >= kSampled) continue;
    sampled.push_back({std::string(bucket), entry.key});
    of_sampled.push_back(n);
  }
  if (sampled.empty()) return {};
  TRY_ASSIGN(auto heads, run.deployment.objects->HeadMany(sampled));
  for (std::size_t s = 0; s < sampled.size(); ++s) {
    const std::size_t n = of_sampled[s];
    auto& entry = entries[open[n]];
    // What could not be told, or is gone, is decided as for any other object.
    entry.head = heads[s] ? std::move(*heads[s]) : std::nullopt;
    const AssetKey& owner = *OnlyOwner(places[n]);
    if (!entry.head || Names(*entry.head, owner)) continue;
    Error error =
        MakeError(ErrorCode::kPrecondition,
                  "the metadata of {}/{} name {}, but its location belongs to database {}, asset {}", bucket,
                  Printable(entry.key), NamedBy(*entry.head), Printable(owner.database_id), Printable(owner.asset_id))
            .WithHint("run with --attribution=head, which looks at every object");
    if (!run.options.allow_rewrites) return std::unexpected(std::move(error));
    run.log.Warning("{}", error.message);
  }
  return {};
}

}  // namespace vams
