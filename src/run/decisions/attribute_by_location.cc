#include "run/decisions/attribute_by_location.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "documents/key_rules.h"

namespace vams {
namespace {

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

Result<LocationOwners> AttributeByLocation(const RunContext& run, ExpectedDocuments& expected, std::string_view bucket,
                                           std::span<const ObjectEntry> entries, KnownHeads heads) {
  std::vector<std::size_t> asked;
  std::vector<std::string_view> keys;
  asked.reserve(entries.size());
  keys.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].head && heads == KnownHeads::kTaken) continue;
    if (!IsUtf8(entries[i].key) || !ReservedKeyRule(entries[i].key).empty()) continue;
    asked.push_back(i);
    keys.push_back(entries[i].key);
  }
  LocationOwners told{.places = {}, .owners = std::vector<const AssetKey*>(entries.size())};
  TRY_ASSIGN(told.places, expected.SyncPlaces(bucket, keys));
  const AssetKey* owner = nullptr;
  for (std::size_t n = 0; n < asked.size(); ++n) {
    const ObjectEntry& entry = entries[asked[n]];
    if (n == 0 || told.places[n] != told.places[n - 1]) owner = OnlyOwner(*told.places[n]);
    if (!entry.head) told.owners[asked[n]] = owner;
    if (!entry.head || owner == nullptr || Names(*entry.head, *owner)) continue;
    Error error =
        MakeError(ErrorCode::kPrecondition,
                  "the metadata of {}/{} name {}, but its location belongs to database {}, asset {}", bucket,
                  Printable(entry.key), NamedBy(*entry.head), Printable(owner->database_id), Printable(owner->asset_id))
            .WithHint("run with --attribution=head, which looks at every object");
    if (!run.options.allow_rewrites) return std::unexpected(std::move(error));
    run.log.Warning("{}", error.message);
  }
  return told;
}

}  // namespace vams
