#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "indexers/step_counts.h"
#include "ports/log.h"
#include "run/indexing/background_worker.h"

namespace vams {

// A consumer's step for a BackgroundWorker: tells the log what was set aside and which documents went without fields
// that the mapping refuses. `name` is the indexer's; `parked_where` says where a person finds what was set aside.
// `log` outlives the step.
BackgroundWorker::Step TellingStep(Log& log, std::string name, std::string parked_where,
                                   std::function<Result<StepCounts>()> step);

}  // namespace vams
