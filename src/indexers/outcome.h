#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "documents/verdict.h"
#include "indexers/partial_write.h"

namespace vams {

// What became of one verdict: the answer that upstream's handler gives for it
// (docs/reference/vams-behaviour.md, 3.1), and whether trying again may help.
struct OperationResult {
  bool success = false;
  std::string message;
  std::string document_id;  // "": null
  std::string operation;    // index, delete, skip, validation_error, error, or the requested word
  Decision::Kind kind = Decision::Kind::kError;
  std::string rule;  // of the decision; "index-refused" where the index did not take the document
  bool retryable = false;
  std::vector<RefusedField> refused{};  // success: what the document went without
};

// What a service needs to know of one record or event.
struct RecordOutcome {
  enum class Kind {
    kSettled,  // its documents are durably as they should be, or a rule says that it has none
    kRefused,  // can never be handled: no document can be made of it, or the index does not take it
    kRetry,    // could not be told or written now
  };
  Kind kind = Kind::kSettled;
  std::string reason;         // kRefused, kRetry; one line
  std::uint32_t indexed = 0;  // documents
  std::uint32_t deleted = 0;
  bool skipped = false;                    // by a rule
  bool invalid = false;                    // fails upstream's checks, so there is no document
  std::vector<PartialDocument> partial{};  // of `indexed`, those without some fields
};

// The results of the verdicts about one record as one outcome.
template <class Results>
RecordOutcome Combine(const Results& results) {
  RecordOutcome outcome;
  for (const OperationResult& result : results) {
    if (result.success) {
      if (result.kind == Decision::Kind::kIndex) ++outcome.indexed;
      if (result.kind == Decision::Kind::kDelete) ++outcome.deleted;
      if (result.kind == Decision::Kind::kSkip) outcome.skipped = true;
      if (!result.refused.empty()) outcome.partial.push_back({result.document_id, result.refused});
    } else if (result.kind == Decision::Kind::kInvalid) {
      outcome.invalid = true;
    } else if (result.retryable) {
      outcome.kind = RecordOutcome::Kind::kRetry;
      outcome.reason = result.message;
    } else if (outcome.kind == RecordOutcome::Kind::kSettled) {
      outcome.kind = RecordOutcome::Kind::kRefused;
      outcome.reason = result.message;
    }
  }
  return outcome;
}

}  // namespace vams
