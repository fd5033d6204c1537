#pragma once

#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/state/handled_items.h"

namespace vams {

// Touches every selected asset record once (SPEC section 6), or only counts them in a dry run. What could not be
// touched is in the report and the findings; an error means that the phase could not go on. `handled` may be null.
// `only`, if not null, gives the records instead of the table.
Result<PhaseReport> RunAssetPhase(const RunContext& run, HandledItems* handled, HandledItems* only = nullptr);

}  // namespace vams
