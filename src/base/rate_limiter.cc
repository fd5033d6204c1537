#include "base/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace vams {

RateLimiter::RateLimiter(const Clock& clock, PerSecond rate, ItemCount burst)
    : clock_(clock),
      burst_(burst),
      micros_per_unit_(1e6 / rate.value),
      burst_micros_(static_cast<double>(burst.value) * micros_per_unit_),
      next_free_(static_cast<double>(clock.Elapsed().count())) {}

Duration RateLimiter::Acquire(ItemCount n) {
  MutexLock lock(mu_);
  const double now = static_cast<double>(clock_.Elapsed().count());
  next_free_ = std::max(next_free_, now);
  const double wait = next_free_ - now - burst_micros_;
  next_free_ += static_cast<double>(n.value) * micros_per_unit_;
  return Duration{std::max<std::int64_t>(0, std::llround(wait))};
}

}  // namespace vams
