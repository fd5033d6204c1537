#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "documents/expected_documents.h"
#include "run/context/context.h"

namespace vams {

// The asset that owns the location of each object of a page; nullptr where the location does not tell exactly one, or
// where it was not asked. `places` keeps them alive.
struct LocationOwners {
  std::vector<ExpectedDocuments::PlacesOfKey> places;
  std::vector<const AssetKey*> owners;
};

// What becomes of entries whose head is known: they are samples, to be compared with what the location tells, or they
// are looked at for themselves.
enum class KnownHeads { kSamples, kTaken };

// For whoever knows that each object's metadata name the asset that owns its location: tells it of the entries of
// `bucket` from the asset table, so that no HEAD is needed. A sample that disagrees is kPrecondition and names the
// object, or with --allow-rewrites a warning.
Result<LocationOwners> AttributeByLocation(const RunContext& run, ExpectedDocuments& expected, std::string_view bucket,
                                           std::span<const ObjectEntry> entries, KnownHeads heads);

}  // namespace vams
