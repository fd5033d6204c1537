#pragma once

#include <functional>

namespace vams {

// A number in [0, 1). Safe for concurrent calls. Comes from outside, as time does, so that tests decide it.
using Random01 = std::function<double()>;
// Seeded from the operating system.
Random01 SystemRandom();

}  // namespace vams
