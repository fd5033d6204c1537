#pragma once

#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/units.h"

namespace vams {

// Spaces units evenly at `rate`; arithmetic only: the caller decides how to wait. Safe for concurrent calls.
class RateLimiter {
 public:
  // Up to `burst` units may be owned ahead of their time. The clock must outlive the limiter.
  RateLimiter(const Clock& clock, PerSecond rate, ItemCount burst);
  // How long the caller must wait before using the `n` units that it now owns.
  [[nodiscard]] Duration Acquire(ItemCount n);
  ItemCount burst() const { return burst_; }

 private:
  const Clock& clock_;
  const ItemCount burst_;
  const double micros_per_unit_;
  const double burst_micros_;
  Mutex mu_;
  double next_free_ GUARDED_BY(mu_);  // microseconds on the monotonic clock
};

}  // namespace vams
