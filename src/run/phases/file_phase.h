#pragma once

#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/indexing/local_indexers.h"
#include "run/preflight/topics.h"
#include "run/state/handled_items.h"

namespace vams {

// Publishes one event for every object of `targets` that the file indexer would index and whose event does no harm
// (SPEC section 7), or only counts them in a dry run. What was not sent is in the report and the findings; an error
// means that the phase could not go on, or that the indexers ended which it waits for. `handled` and `indexers` may be
// null. `only`, if not null, gives the objects instead of the listings.
Result<PhaseReport> RunFilePhase(const RunContext& run, const FileTargets& targets, HandledItems* handled,
                                 const LocalIndexers* indexers, HandledItems* only = nullptr);

}  // namespace vams
