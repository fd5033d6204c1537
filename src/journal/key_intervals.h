#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vams {

// The keys k with after < k <= to, in byte order. "" is before every key; without `to` there is no last key.
struct KeyInterval {
  std::string after;
  std::optional<std::string> to;

  bool empty() const { return to && *to <= after; }
  auto operator<=>(const KeyInterval&) const = default;
};

// A set of keys, held as the fewest intervals: no two touch. Memory grows with the intervals, not with the keys.
class KeyIntervals {
 public:
  // Any order, any overlap.
  void Add(KeyInterval interval);
  bool Covers(std::string_view key) const;
  // What of `within` is not in the set, in order.
  std::vector<KeyInterval> Gaps(const KeyInterval& within = {}) const;
  // The set, in order.
  std::vector<KeyInterval> Intervals() const;

  std::size_t size() const { return to_by_after_.size(); }
  bool operator==(const KeyIntervals&) const = default;

 private:
  std::map<std::string, std::optional<std::string>, std::less<>> to_by_after_;
};

}  // namespace vams
