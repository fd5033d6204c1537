#pragma once

#include "base/clock.h"
#include "base/mutex.h"

namespace vams {

// The client-side rate of the SDKs' adaptive mode (docs/reference/aws-facts.md section 2): no limit until a service
// throttles, then a cubic curve around the rate at which it did. Arithmetic only: the caller decides how to wait. Safe
// for concurrent calls.
class AdaptiveLimiter {
 public:
  explicit AdaptiveLimiter(const Clock& clock);
  // How long the caller must wait before its next try.
  [[nodiscard]] Duration Acquire();
  // What came of a try.
  void OnReply(bool throttled);
  // Tries a second; 0 while there is no limit.
  double rate() const;

 private:
  double Now() const;  // seconds
  void Measure(double now) REQUIRES(mu_);
  void Refill(double now) REQUIRES(mu_);

  const Clock& clock_;
  mutable Mutex mu_;
  bool enabled_ GUARDED_BY(mu_) = false;
  double rate_ GUARDED_BY(mu_) = 0;    // tries a second
  double tokens_ GUARDED_BY(mu_) = 0;  // below 0: taken ahead of their time
  double refilled_ GUARDED_BY(mu_);
  // The measured rate: half-second buckets, smoothed.
  double measured_ GUARDED_BY(mu_) = 0;
  double bucket_ GUARDED_BY(mu_);
  double in_bucket_ GUARDED_BY(mu_) = 0;
  // The curve.
  double max_ GUARDED_BY(mu_) = 0;
  double throttled_at_ GUARDED_BY(mu_) = 0;
};

}  // namespace vams
