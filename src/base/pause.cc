#include "base/pause.h"

#include <algorithm>

namespace vams {

bool SleepUnlessStopped(Clock& clock, const StopFlag& stop, Duration how_long) {
  constexpr Duration kStep = std::chrono::milliseconds(100);
  const Duration until = clock.Elapsed() + how_long;
  for (Duration left = how_long; left > Duration{0} && !stop.requested(); left = until - clock.Elapsed()) {
    clock.SleepFor(std::min(left, kStep));
  }
  return !stop.requested();
}

}  // namespace vams
