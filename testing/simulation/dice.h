#pragma once

#include <cstdint>

#include "base/clock.h"

namespace vams::simulation {

// Numbers that a seed decides, the same on every machine (SplitMix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  double Real() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }  // [0, 1)
  bool Chance(double p) { return Real() < p; }
  std::uint64_t Between(std::uint64_t low, std::uint64_t high) { return low + Next() % (high - low + 1); }
  Duration Time(Duration low, Duration high) {
    return Duration{static_cast<std::int64_t>(
        Between(static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count())))};
  }

 private:
  std::uint64_t state_;
};

}  // namespace vams::simulation
