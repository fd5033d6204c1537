#include "net/adaptive_limiter.h"

#include <algorithm>
#include <cmath>

namespace vams {
namespace {

constexpr double kScale = 0.4;
constexpr double kKeep = 0.7;       // of the rate, after a throttle
constexpr double kSmoothing = 0.8;  // weight of the newest bucket
constexpr double kLeastRate = 0.5;
constexpr double kBucketsPerSecond = 2;

double BucketOf(double now) { return std::floor(now * kBucketsPerSecond) / kBucketsPerSecond; }

}  // namespace

AdaptiveLimiter::AdaptiveLimiter(const Clock& clock) : clock_(clock), refilled_(Now()), bucket_(BucketOf(refilled_)) {}

double AdaptiveLimiter::Now() const { return static_cast<double>(clock_.Elapsed().count()) / 1e6; }

void AdaptiveLimiter::Refill(double now) {
  tokens_ = std::min(std::max(1.0, rate_), tokens_ + (now - refilled_) * rate_);
  refilled_ = now;
}

Duration AdaptiveLimiter::Acquire() {
  MutexLock lock(mu_);
  if (!enabled_) return Duration{0};
  Refill(Now());
  tokens_ -= 1;
  if (tokens_ >= 0) return Duration{0};
  return Duration{std::llround(-tokens_ / rate_ * 1e6)};
}

void AdaptiveLimiter::Measure(double now) {
  in_bucket_ += 1;
  const double bucket = BucketOf(now);
  if (bucket <= bucket_) return;
  const double current = in_bucket_ / (bucket - bucket_);
  measured_ = current * kSmoothing + measured_ * (1 - kSmoothing);
  in_bucket_ = 0;
  bucket_ = bucket;
}

void AdaptiveLimiter::OnReply(bool throttled) {
  MutexLock lock(mu_);
  const double now = Now();
  Measure(now);
  if (!throttled && !enabled_) return;
  double wanted = 0;
  if (throttled) {
    max_ = enabled_ ? std::min(measured_, rate_) : measured_;
    throttled_at_ = now;
    wanted = kKeep * max_;
    enabled_ = true;
  } else {
    const double k = std::cbrt(max_ * (1 - kKeep) / kScale);
    wanted = kScale * std::pow(now - throttled_at_ - k, 3) + max_;
  }
  Refill(now);
  rate_ = std::max(kLeastRate, std::min(wanted, 2 * measured_));
  tokens_ = std::min(tokens_, std::max(1.0, rate_));
}

double AdaptiveLimiter::rate() const {
  MutexLock lock(mu_);
  return enabled_ ? rate_ : 0;
}

}  // namespace vams
