#include "journal/key_intervals.h"

#include <iterator>
#include <utility>

namespace vams {
namespace {

bool EndsBefore(const std::optional<std::string>& to, const std::optional<std::string>& other) {
  return to && (!other || *to < *other);
}

}  // namespace

void KeyIntervals::Add(KeyInterval interval) {
  if (interval.empty()) return;
  auto next = to_by_after_.upper_bound(interval.after);
  if (next != to_by_after_.begin()) {
    const auto before = std::prev(next);
    if (!before->second || *before->second >= interval.after) {  // it reaches the new one
      if (!EndsBefore(before->second, interval.to)) return;
      interval.after = before->first;
      next = before;
    }
  }
  while (next != to_by_after_.end() && (!interval.to || next->first <= *interval.to)) {
    if (EndsBefore(interval.to, next->second)) interval.to = std::move(next->second);
    next = to_by_after_.erase(next);
  }
  to_by_after_.emplace_hint(next, std::move(interval.after), std::move(interval.to));
}

bool KeyIntervals::Covers(std::string_view key) const {
  const auto at_or_after = to_by_after_.lower_bound(key);
  if (at_or_after == to_by_after_.begin()) return false;
  const auto& to = std::prev(at_or_after)->second;
  return !to || key <= *to;
}

std::vector<KeyInterval> KeyIntervals::Gaps(const KeyInterval& within) const {
  std::vector<KeyInterval> gaps;
  KeyInterval rest = within;
  auto next = to_by_after_.upper_bound(within.after);
  if (next != to_by_after_.begin()) {
    const auto& to = std::prev(next)->second;
    if (!to) return gaps;
    if (*to > rest.after) rest.after = *to;
  }
  for (; next != to_by_after_.end() && (!rest.to || next->first < *rest.to); ++next) {
    gaps.push_back({rest.after, next->first});
    if (!next->second) return gaps;
    rest.after = *next->second;
  }
  if (!rest.empty()) gaps.push_back(std::move(rest));
  return gaps;
}

std::vector<KeyInterval> KeyIntervals::Intervals() const {
  std::vector<KeyInterval> intervals;
  intervals.reserve(to_by_after_.size());
  for (const auto& [after, to] : to_by_after_) intervals.push_back({after, to});
  return intervals;
}

}  // namespace vams
