#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace vams::simulation {

// What is going to happen, in the order of simulated time; what falls on one moment happens in the order it was
// planned.
class EventLoop {
 public:
  using Action = std::function<void()>;

  Duration now() const { return now_; }
  void At(Duration when, Action action) {
    heap_.push_back({std::max(when, now_), planned_++, std::move(action)});
    std::ranges::push_heap(heap_, Later);
  }
  bool empty() const { return heap_.empty(); }
  // Moves to the next moment and lets happen what was planned for it; not beyond `until`.
  bool Step(std::optional<Duration> until) {
    if (heap_.empty() || (until && heap_.front().when > *until)) {
      if (until) now_ = std::max(now_, *until);
      return false;
    }
    std::ranges::pop_heap(heap_, Later);
    Event event = std::move(heap_.back());
    heap_.pop_back();
    now_ = event.when;
    event.action();
    return true;
  }
  // Forgets everything: what was under way is gone.
  void Clear() { heap_.clear(); }

 private:
  struct Event {
    Duration when;
    std::uint64_t order;
    Action action;
  };
  static bool Later(const Event& a, const Event& b) { return std::pair(a.when, a.order) > std::pair(b.when, b.order); }
  Duration now_{0};
  std::uint64_t planned_ = 0;
  std::vector<Event> heap_;
};

}  // namespace vams::simulation
