#pragma once

#include <cstdint>

namespace vams::rig {

// SplitMix64's last step: neighbouring numbers give unrelated ones, the same ones on every machine.
constexpr std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// In [0, 1).
constexpr double Unit(std::uint64_t mixed) { return static_cast<double>(mixed >> 11) * 0x1.0p-53; }

}  // namespace vams::rig
