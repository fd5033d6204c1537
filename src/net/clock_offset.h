#pragma once

#include <atomic>

#include "base/clock.h"

namespace vams {

// How far the service's clock is from ours, as its refusals told; shared by the layer that signs and the one that tries
// again. Safe for concurrent calls.
class ClockOffset {
 public:
  explicit ClockOffset(const Clock& clock) : clock_(clock) {}
  // The time as the service has it.
  UtcTime Now() const { return clock_.Now() + Duration{micros_.load(std::memory_order_relaxed)}; }
  void SetServerTime(UtcTime server) { micros_.store((server - clock_.Now()).count(), std::memory_order_relaxed); }

 private:
  const Clock& clock_;
  std::atomic<std::int64_t> micros_{0};
};

}  // namespace vams
