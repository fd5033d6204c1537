#pragma once

#include <atomic>

#include "base/clock.h"

namespace vams {

// Raised by a signal handler, a failing stage or the clock, read by every loop. Lock-free, so a handler may call it.
class StopFlag {
 public:
  void Request() { requested_.store(true, std::memory_order_relaxed); }
  // Raised by itself once `clock`, which must outlive the flag, shows this much elapsed time. Before threads share it.
  void RequestAt(const Clock& clock, Duration elapsed) {
    clock_ = &clock;
    at_ = elapsed;
  }
  bool requested() const { return requested_.load(std::memory_order_relaxed) || overdue(); }
  // Raised by the clock, whoever else did so, too.
  bool overdue() const { return clock_ != nullptr && clock_->Elapsed() >= at_; }

 private:
  std::atomic<bool> requested_{false};
  const Clock* clock_ = nullptr;
  Duration at_{0};
};

}  // namespace vams
