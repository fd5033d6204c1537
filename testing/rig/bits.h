#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace vams::rig {

// A fixed number of bits and how many of them are set.
class Bits {
 public:
  explicit Bits(std::uint64_t size) : size_(size), words_((size + 63) / 64) {}

  bool Has(std::uint64_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  // True where it was not set.
  bool Set(std::uint64_t i) {
    const bool fresh = !Has(i);
    words_[i / 64] |= std::uint64_t{1} << (i % 64);
    count_ += fresh;
    return fresh;
  }
  // True where it was set.
  bool Unset(std::uint64_t i) {
    const bool was = Has(i);
    words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
    count_ -= was;
    return was;
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t size() const { return size_; }
  // The first bit from `from` on that is set, or is not; size() where there is none.
  std::uint64_t NextSet(std::uint64_t from) const { return Next(from, 0); }
  std::uint64_t NextUnset(std::uint64_t from) const { return Next(from, ~std::uint64_t{0}); }

 private:
  std::uint64_t Next(std::uint64_t from, std::uint64_t flip) const {
    for (; from < size_; from = (from / 64 + 1) * 64) {
      const std::uint64_t rest = (words_[from / 64] ^ flip) >> (from % 64);
      if (rest != 0) return std::min(size_, from + static_cast<std::uint64_t>(std::countr_zero(rest)));
    }
    return size_;
  }

  std::uint64_t size_;
  std::uint64_t count_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace vams::rig
