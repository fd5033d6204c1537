#pragma once

#include "base/clock.h"
#include "base/stop.h"

namespace vams {

// Sleeps for `how_long`, or until `stop` is raised: in steps of 100 ms, so that a stop takes effect that soon.
// Returns false where it was raised. Any thread.
bool SleepUnlessStopped(Clock& clock, const StopFlag& stop, Duration how_long);

}  // namespace vams
