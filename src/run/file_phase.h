#pragma once

#include "report/migration_report.h"
#include "run/context.h"
#include "run/handled_items.h"
#include "run/local_indexers.h"
#include "run/topics.h"

namespace vams {

// Publishes one event for every object of `targets` that the file indexer would index and whose event does no harm
// (SPEC section 7), or only counts them in a dry run. What was not sent is in the report and the findings; an error
// means that the phase could not go on, or that the indexers ended which it waits for. `handled` and `indexers` may be
// null. `only`, if not null, gives the objects instead of the listings.
Result<PhaseReport> RunFilePhase(const RunContext& run, const FileTargets& targets, HandledItems* handled,
                                 const LocalIndexers* indexers, HandledItems* only = nullptr);

}  // namespace vams
