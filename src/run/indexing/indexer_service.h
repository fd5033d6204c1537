#pragma once

#include <cstdint>
#include <optional>

#include "backends/open.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "config/options.h"
#include "ports/log.h"

namespace vams {

enum class ServiceKind {
  kAssets,  // the streams of the asset, metadata and link tables, into the asset index
  kFiles,   // the queue of file events and the stream of the metadata table, into the file index
};

// What a service did. Sums only: it may run for months.
struct ServiceCounts {
  std::uint64_t taken = 0;    // messages or records that are done with
  std::uint64_t indexed = 0;  // documents
  std::uint64_t partial = 0;  // of these, without fields that the mapping refuses
  std::uint64_t deleted = 0;
  std::uint64_t skipped = 0;
  std::uint64_t invalid = 0;
  std::uint64_t parked = 0;
};

// Runs an indexer until `stop` is raised, which lets the step under way end, or until it has had nothing to do for
// `until_idle`. What was taken and not durably indexed comes again. An error ended it that will not pass: the index is
// gone, access is denied. `deployment` has a change stream and, for kFiles, a queue.
Result<ServiceCounts> RunIndexerService(ServiceKind kind, const Options& options, Deployment& deployment, Clock& clock,
                                        Log& log, const StopFlag& stop, std::optional<Duration> until_idle);

}  // namespace vams
