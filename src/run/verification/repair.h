#pragma once

#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/preflight/topics.h"
#include "run/verification/verification.h"

namespace vams {

struct RepairCounts {
  std::uint64_t assets = 0;   // touched
  std::uint64_t files = 0;    // published
  std::uint64_t direct = 0;   // files indexed directly, because an event of them would do harm or never arrive
  std::uint64_t removed = 0;  // documents without a source
  std::uint64_t failed = 0;
  std::uint64_t done() const { return assets + files + direct + removed; }
};

// Sends again exactly what `plan` names, or indexes it directly where an event would do harm, and removes its
// unexpected documents where the options say so. What fails is in the findings. Reads the plan to its end.
Result<RepairCounts> Repair(const RunContext& run, const FileTargets& targets, RepairPlan& plan);

}  // namespace vams
