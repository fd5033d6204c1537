#pragma once

#include "report/migration_report.h"
#include "run/estimate.h"
#include "run/migration.h"
#include "run/state/earlier_runs.h"

namespace vams {

// What a run with these options would do and about what it would cost.
struct RunPlan {
  MigrationReport report{};  // of a dry run
  RunVolume volume{};
  RunEstimate estimate{};
  Outcome outcome = Outcome::kSuccess;  // of the dry run
};

// Looks at everything a run would look at and changes nothing. Errors as for RunMigration.
Result<RunPlan> PlanRun(const Options& options, Deployment& deployment, Clock& clock, Log& log, Progress& progress,
                        const StopFlag& stop);

// What is left of `plan`, which is one of the whole run, after what has been `done` of it.
RunPlan LeftOf(RunPlan plan, const EarlierRun& done, const Options& options);
// Of a run that tries so many items again, each of them taken to be an asset and a file.
RunPlan PlanItems(std::uint64_t items, const Options& options);

// kPrecondition where `plan` would cost more than the options allow, downstream costs included. An embedded VAMS costs
// nothing.
Status CheckCost(const Options& options, const RunPlan& plan);

}  // namespace vams
