#pragma once

#include "base/result.h"
#include "journal/journal_batch.h"

namespace vams {

// Where a run confirms what it did. One caller at a time.
class JournalSink {
 public:
  virtual ~JournalSink() = default;

  // Success: the batch is as durable as the sink can make it, whole. Failure: nothing of it is; kNoSpace may pass, and
  // the next batch may be tried; a sink that cannot be trusted any more answers every further call with the same error.
  // kInvalid: the batch is not one (CheckBatch); nothing happened.
  virtual Status Commit(const JournalBatch& batch) = 0;
};

}  // namespace vams
