#pragma once

#include "report/migration_report.h"
#include "run/context.h"
#include "run/handled_items.h"
#include "run/local_indexers.h"

namespace vams {

// Publishes one event for every selected object that the file indexer would index (SPEC section 7), or only counts them
// in a dry run. What could not be sent is in the report and the findings; an error means that the phase could not go
// on, or that the indexers ended which it waits for. `handled` and `indexers` may be null.
Result<PhaseReport> RunFilePhase(const RunContext& run, HandledItems* handled, const LocalIndexers* indexers);

}  // namespace vams
