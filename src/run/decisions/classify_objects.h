#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "documents/expected_documents.h"
#include "run/context/context.h"
#include "run/decisions/attribute_by_location.h"

namespace vams {

// An object as a run that publishes events deals with it.
struct ClassifiedObject {
  Result<ObjectDecision> decision;   // an error: it could not be told
  std::optional<Hazard> withheld{};  // kIndex only: why no event of it is sent
};

// An object whose own metadata name an asset.
struct NamedObject {
  std::string_view key;
  const AssetKey& named;
};

// The hazard that an event of each object of `bucket` would meet, in order, under the run's settings; none at all where
// the deployment has no bucket sync.
Result<std::vector<std::optional<Hazard>>> HazardsOf(const RunContext& run, ExpectedDocuments& expected,
                                                     std::string_view bucket, std::span<const NamedObject> objects);

// Tells of each object of `bucket`, in order, whether an event of it is to be sent. HEADs are sent for entries without
// head that are not attributed by location. kPrecondition: by location, and a sample disagrees with the metadata.
Result<std::vector<ClassifiedObject>> ClassifyObjects(const RunContext& run, ExpectedDocuments& expected,
                                                      std::string_view bucket, std::span<const ObjectEntry> entries,
                                                      KnownHeads heads);

}  // namespace vams
