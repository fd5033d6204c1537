#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "run/context.h"

namespace vams {

struct IndexingBacklog {
  std::uint64_t changes = 0;  // change records not confirmed
  std::uint64_t events = 0;   // events visible or in flight
  std::uint64_t total() const { return changes + events; }
};

// What waits to be indexed; zero where others index and do not tell.
Result<IndexingBacklog> ReadBacklog(const Deployment& deployment);

// The two indexers inside this process, for a VAMS that has no others. Each runs on a thread of its own until the
// object goes.
class LocalIndexers {
 public:
  explicit LocalIndexers(const RunContext& run);
  ~LocalIndexers();
  LocalIndexers(const LocalIndexers&) = delete;
  LocalIndexers& operator=(const LocalIndexers&) = delete;

  // The error that ended one of them.
  Status status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Waits until nothing is left to index, until nothing has moved for a settle time, or for `at_most`. True: nothing is
// left. `indexers` may be null. An error: the backlog could not be read, or an indexer ended.
Result<bool> WaitForIndexing(const RunContext& run, const LocalIndexers* indexers, Duration at_most);

}  // namespace vams
