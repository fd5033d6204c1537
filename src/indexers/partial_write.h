#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ports/search_index.h"

namespace vams {

// A document that is in an index without the fields that its mapping does not take. A partial document beats an absent
// one (upstream's indexers leave it out as a whole, docs/reference/vams-behaviour.md, 3.6).
struct PartialDocument {
  std::string id;
  std::vector<RefusedField> fields;
};
// "refused by the mapping: MD_date_x, MD_gs_y"
std::string RefusalCause(const std::vector<RefusedField>& fields);
// The reasons, "MD_date_x: failed to parse ...; ...", cut where they are long.
std::string RefusalDetail(const std::vector<RefusedField>& fields);

struct PartialWrite {
  std::vector<Result<BulkOutcome>> outcomes;       // one for each operation, in order
  std::vector<std::vector<RefusedField>> refused;  // as above: what the document went without; empty: as it was
};

// As index.Bulk(ops), but a document that is refused because of a field is sent again without it, under the same
// version, until it is taken: one field at a time as the service names them, at most kMostRefusedFields. Where it names
// none, the fields that the mapping does not have yet go, since only for them there can be a limit. What is refused
// even so keeps its error. Fails only where the fate of all is unknown.
inline constexpr int kMostRefusedFields = 40;
Result<PartialWrite> WriteWithoutRefusedFields(SearchIndex& index, std::vector<BulkOp> ops);

}  // namespace vams
