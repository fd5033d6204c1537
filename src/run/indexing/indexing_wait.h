#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "run/context/context.h"
#include "run/indexing/local_indexers.h"

namespace vams {

struct IndexingBacklog {
  std::uint64_t changes = 0;  // change records not confirmed
  std::uint64_t events = 0;   // events visible or in flight
  std::uint64_t total() const { return changes + events; }
};

// What waits to be indexed; zero where others index and do not tell.
Result<IndexingBacklog> ReadBacklog(const Deployment& deployment);

// How many documents the indexes hold at least once all that a run sent has been indexed.
struct IndexedAtLeast {
  std::uint64_t assets = 0;
  std::uint64_t files = 0;
};

enum class WaitEnd {
  kNothingLeft,  // as far as anybody tells
  kCounted,      // the indexes hold as many documents as they should; whether these are the right ones is not known
  kLeft,         // at_most has passed, or nothing moves any more though something is left
};

// Waits until nothing is left to index, until nothing has moved for a settle time, or for `at_most`. Where the indexers
// are others', the queues behind `topics` and the two indexes are watched; with `enough` the wait also ends as soon as
// the indexes hold so many documents and no queue is known to hold an event. `indexers` may be null. An error: the
// backlog could not be read, or an indexer ended.
Result<WaitEnd> WaitForIndexing(const RunContext& run, const LocalIndexers* indexers,
                                std::span<const std::string> topics, Duration at_most,
                                std::optional<IndexedAtLeast> enough = std::nullopt);

}  // namespace vams
