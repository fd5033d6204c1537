#pragma once

#include <optional>

#include "backends/open.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "indexers/step_counts.h"
#include "ports/log.h"
#include "run/options.h"

namespace vams {

enum class ServiceKind {
  kAssets,  // the streams of the asset, metadata and link tables, into the asset index
  kFiles,   // the queue of file events and the stream of the metadata table, into the file index
};

// Runs an indexer until `stop` is raised, which lets the step under way end, or until it has found nothing to do for
// `until_idle`. What was taken and not durably indexed comes again. An error ended it that will not pass: the index is
// gone, access is denied. `deployment` has a change stream and, for kFiles, a queue.
Result<StepCounts> RunIndexerService(ServiceKind kind, const Options& options, Deployment& deployment, Clock& clock,
                                     Log& log, const StopFlag& stop, std::optional<Duration> until_idle);

}  // namespace vams
