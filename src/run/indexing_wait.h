#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "run/context.h"
#include "run/local_indexers.h"

namespace vams {

struct IndexingBacklog {
  std::uint64_t changes = 0;  // change records not confirmed
  std::uint64_t events = 0;   // events visible or in flight
  std::uint64_t total() const { return changes + events; }
};

// What waits to be indexed; zero where others index and do not tell.
Result<IndexingBacklog> ReadBacklog(const Deployment& deployment);

// Waits until nothing is left to index, until nothing has moved for a settle time, or for `at_most`. True: nothing is
// left, as far as anybody tells. Where the indexers are others', the queues behind `topics` and the two indexes are
// watched. `indexers` may be null. An error: the backlog could not be read, or an indexer ended.
Result<bool> WaitForIndexing(const RunContext& run, const LocalIndexers* indexers, std::span<const std::string> topics,
                             Duration at_most);

}  // namespace vams
