#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "documents/expected_documents.h"
#include "run/context.h"

namespace vams {

// For whoever knows that each object's metadata name the asset that owns its location: fills `head` of the entries of
// `bucket` from the listing and the asset table, so that no HEAD is needed. Entries that have a head, or whose location
// does not tell exactly one asset, stay as they are. About one in a hundred is looked at all the same: one that
// disagrees is kPrecondition and names the object, or with --allow-rewrites a warning.
Status AttributeByLocation(const RunContext& run, ExpectedDocuments& expected, std::string_view bucket,
                           std::vector<ObjectEntry>& entries);

}  // namespace vams
