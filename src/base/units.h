#pragma once

#include <compare>
#include <cstdint>

namespace vams {

// Sizes in bytes and numbers of items are not interchangeable: a page of 100 is not a page of 100 bytes.
struct Bytes {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
};

struct ItemCount {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const ItemCount&) const = default;
};

struct PerSecond {
  double value = 0;
  constexpr auto operator<=>(const PerSecond&) const = default;
};

}  // namespace vams
