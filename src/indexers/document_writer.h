#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "documents/verdict.h"
#include "indexers/outcome.h"
#include "ports/search_index.h"

namespace vams {

// A verdict that is to be carried out, and the word for it should it fail.
struct PlannedOperation {
  Verdict verdict;
  std::string requested = "index";
};

// What becomes of a document that the mapping refuses because of some fields.
enum class OnRefusal {
  kFail,              // as upstream's functions do it: one request, and a failure
  kWriteWithoutThem,  // a partial document beats an absent one (indexers/partial_write.h)
};

// Carries out verdicts against one index. Each write bears an external version, so that a state read earlier never
// replaces one read later. One thread at a time.
class DocumentWriter {
 public:
  DocumentWriter(SearchIndex& index, Clock& clock) : index_(index), clock_(clock) {}

  // To be taken before the look-ups begin: microseconds of the wall clock, greater than every one taken before.
  std::uint64_t TakeVersion();

  // One result for each operation, in order, by one Bulk and, where asked for, one more for each field that the mapping
  // refuses. Of several that write one document the last one counts for all. Fails only where the
  // fate of all is unknown.
  Result<std::vector<OperationResult>> Write(std::vector<PlannedOperation> operations, std::uint64_t version,
                                             OnRefusal on_refusal);

 private:
  SearchIndex& index_;
  Clock& clock_;
  std::uint64_t last_version_ = 0;
};

}  // namespace vams
