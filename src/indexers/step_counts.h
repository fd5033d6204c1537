#pragma once

#include <cstdint>
#include <vector>

#include "indexers/outcome.h"

namespace vams {

// What one step of a service did.
struct StepCounts {
  std::uint64_t taken = 0;                 // messages or records; 0: there was nothing to do
  std::uint64_t indexed = 0;               // documents
  std::uint64_t deleted = 0;               // documents that were to go
  std::uint64_t skipped = 0;               // records without a document, by a rule
  std::uint64_t invalid = 0;               // records that fail the checks of requests
  std::uint64_t parked = 0;                // set aside for good
  std::uint64_t again = 0;                 // come again
  std::vector<PartialDocument> partial{};  // of `indexed`, those without fields that the mapping refuses

  void Add(const RecordOutcome& outcome) {
    indexed += outcome.indexed;
    deleted += outcome.deleted;
    skipped += outcome.skipped ? 1 : 0;
    invalid += outcome.invalid ? 1 : 0;
    partial.insert(partial.end(), outcome.partial.begin(), outcome.partial.end());
  }
  StepCounts& operator+=(const StepCounts& other) {
    taken += other.taken;
    indexed += other.indexed;
    deleted += other.deleted;
    skipped += other.skipped;
    invalid += other.invalid;
    parked += other.parked;
    again += other.again;
    partial.insert(partial.end(), other.partial.begin(), other.partial.end());
    return *this;
  }
};

}  // namespace vams
