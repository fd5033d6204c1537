#include "engine/flow_note.h"

#include <algorithm>
#include <cmath>

namespace vams {

Duration FlowBackoff(std::uint32_t tries, double random) {
  constexpr double kFirst = 50'000;  // microseconds
  constexpr double kLongest = 5e6;
  const double pause = std::min(kLongest, kFirst * std::exp2(std::min<std::uint32_t>(tries, 20)));
  return Duration{static_cast<std::int64_t>(pause * (0.5 + random / 2))};
}

}  // namespace vams
