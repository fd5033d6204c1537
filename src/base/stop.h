#pragma once

#include <atomic>

namespace vams {

// Raised by a signal handler or a failing stage, read by every loop. Lock-free, so a handler may call it.
class StopFlag {
 public:
  void Request() { requested_.store(true, std::memory_order_relaxed); }
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};

}  // namespace vams
