#pragma once

#include "report/migration_report.h"
#include "run/context.h"
#include "run/verification.h"

namespace vams {

struct RepairCounts {
  std::uint64_t assets = 0;   // touched
  std::uint64_t files = 0;    // published
  std::uint64_t removed = 0;  // documents without a source
  std::uint64_t failed = 0;
};

// Sends again exactly what `plan` names, and removes its unexpected documents where the options say so. What fails is
// in the findings. Reads the plan to its end.
Result<RepairCounts> Repair(const RunContext& run, RepairPlan& plan);

}  // namespace vams
