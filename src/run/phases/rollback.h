#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/open.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "config/options.h"
#include "ports/asset_table.h"
#include "ports/log.h"
#include "ports/progress.h"

namespace vams {

struct RollbackResult {
  std::uint64_t scanned = 0;
  std::uint64_t cleared = 0;  // in a dry run: would be
  std::uint64_t gone = 0;     // deleted or cleared by somebody meanwhile
  std::uint64_t failed = 0;
  std::vector<std::string> first_failures;  // "database#asset: reason", at most 20
  bool interrupted = false;
};

// Takes `_os_reindex_date` off the assets that have it, or sets it to null, and changes nothing else. Options: dry_run,
// limit (of assets cleared), max_rate, selection's database and asset. Where it stands already as asked,
// nothing is written, so that doing it again goes on where it ended. An error: the table cannot be read.
Result<RollbackResult> RunRollback(const Options& options, ClearTouch how, Deployment& deployment, Clock& clock,
                                   Log& log, Progress& progress, const StopFlag& stop);

}  // namespace vams
