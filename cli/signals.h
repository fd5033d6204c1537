#pragma once

#include "base/stop.h"

namespace vams::cli {

// From now on the first SIGINT or SIGTERM raises `stop`, the second ends the process at once with kInterrupted. `stop`
// has to live as long as the process.
void InstallStopSignals(StopFlag& stop, bool resumable);

}  // namespace vams::cli
