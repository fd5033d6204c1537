#include "engine/pace.h"

#include <algorithm>
#include <cmath>

namespace vams {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kLeastRate = 10;  // units a second: one full request
constexpr double kBelowCeiling = 0.95;
constexpr double kProbeTo = 1.02;  // of the ceiling, in steps of kProbeStep a second
constexpr double kProbeStep = 0.02;
constexpr Duration kHold = seconds(2);  // after a throttle
constexpr Duration kBeyond = milliseconds(500);
constexpr Duration kDoubling = milliseconds(200);
constexpr Duration kBurst = milliseconds(20);
constexpr Duration kLowerEvery = milliseconds(250);
constexpr Duration kOldNews = seconds(5);
constexpr double kNoiseGrowth = 0.5;
constexpr int kFruitless = 3;
constexpr double kNoiseShare = 0.05;
constexpr double kUsed = 0.8;

constexpr std::uint32_t kUnansweredInARow = 8;
constexpr Duration kUnansweredFor = seconds(1);
constexpr Duration kFirstProbe = milliseconds(250);
constexpr Duration kLongestProbe = seconds(5);

constexpr std::int64_t kSlot = 50'000;  // microseconds

double Micros(Duration d) { return static_cast<double>(d.count()); }
double Seconds(Duration d) { return Micros(d) / 1e6; }

}  // namespace

void Pace::Meter::Add(Duration now, double units) {
  const std::int64_t slot = now.count() / kSlot;
  const auto at = static_cast<std::size_t>(slot) % kSlots;
  if (slot_[at] != slot) {
    slot_[at] = slot;
    units_[at] = 0;
  }
  units_[at] += units;
  if (!first_) first_ = now;
}

double Pace::Meter::Rate(Duration now, Duration span) const {
  if (!first_) return 0;
  // Whole slots only: the one under way is not full yet.
  const std::int64_t last = now.count() / kSlot;
  const std::int64_t from = std::max(last - span.count() / kSlot, first_->count() / kSlot);
  double sum = 0;
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (slot_[i] >= from && slot_[i] < last) sum += units_[i];
  }
  return last > from ? sum * 1e6 / static_cast<double>((last - from) * kSlot) : 0;
}

Pace::Pace(const PaceLimits& limits)
    : limits_(limits),
      window_(static_cast<double>(limits.adapts ? std::min(limits.first_in_flight, limits.most_in_flight)
                                                : limits.most_in_flight)),
      rate_(limits.first_rate.value) {}

bool Pace::MayStart(Duration now) const {
  if (down_since_) return in_flight_ == 0 && now >= next_probe_;
  return static_cast<double>(in_flight_) < std::floor(window_) && Micros(now) >= next_free_;
}

std::optional<Duration> Pace::StartsAt() const {
  if (down_since_) return in_flight_ == 0 ? std::optional(next_probe_) : std::nullopt;
  if (static_cast<double>(in_flight_) >= std::floor(window_)) return std::nullopt;
  return Duration{static_cast<std::int64_t>(std::ceil(next_free_))};
}

void Pace::OnStart(Duration now, std::size_t units) {
  ++in_flight_;
  double rate = limits_.adapts ? rate_ : 0;
  if (limits_.most_rate) rate = rate > 0 ? std::min(rate, limits_.most_rate->value) : limits_.most_rate->value;
  if (rate <= 0) return;
  // A late start may be caught up with, but only so far.
  next_free_ = std::max(next_free_, Micros(now) - Micros(kBurst)) + static_cast<double>(units) * 1e6 / rate;
}

void Pace::OnDone(Duration now, Duration started, std::size_t units) {
  --in_flight_;
  ++successes_;
  unanswered_ = 0;
  if (down_since_) {
    down_since_.reset();
    window_ = static_cast<double>(std::min(limits_.first_in_flight, limits_.most_in_flight));
    ramps_ = true;
  }
  if (!limits_.adapts) return;
  delivered_.Add(now, static_cast<double>(units));
  OnLatency(now - started);
  GrowRate(now);
}

// Once for each window of answers: as long as they take no longer than they used to, the window grows; what has always
// been slow is no reason to shrink.
void Pace::OnLatency(Duration took) {
  const double micros = std::max(Micros(took), 1.0);
  short_latency_ = short_latency_ == 0 ? micros : short_latency_ + (micros - short_latency_) * 0.1;
  long_latency_ = long_latency_ == 0 ? micros : long_latency_ + (micros - long_latency_) * 0.005;
  if (long_latency_ > 2 * short_latency_) long_latency_ *= 0.95;
  const bool full = static_cast<double>(in_flight_ + 1) >= kUsed * std::floor(window_);
  const double most = static_cast<double>(limits_.most_in_flight);
  const double gradient = 1.5 * long_latency_ / short_latency_;
  if (ramps_) {
    if (gradient < 1) {
      ramps_ = false;
    } else if (full) {
      window_ = std::min(most, window_ + 1);
    }
    return;
  }
  if (++answers_ < window_) return;
  answers_ = 0;
  if (gradient < 1) {
    window_ = std::max(1.0, window_ * std::max(0.8, gradient));
  } else if (full) {
    window_ = std::min(most, window_ + std::max(1.0, std::sqrt(window_) / 2));
  }
}

void Pace::GrowRate(Duration now) {
  const double dt = Seconds(std::min<Duration>(now - grown_, milliseconds(200)));
  grown_ = now;
  if (now < hold_until_) return;
  // A rate that is not used up says nothing about the next one.
  const double used = delivered_.Rate(now, milliseconds(300)) + throttled_.Rate(now, milliseconds(300));
  if (used < kUsed * rate_ && rate_ > kLeastRate) return;
  if (noise_share_) {
    rate_ *= std::exp(kNoiseGrowth * dt);
    return;
  }
  if (!ceiling_) {
    rate_ *= std::exp2(dt / Seconds(kDoubling));
    return;
  }
  if (rate_ < kProbeTo * *ceiling_) {
    rate_ += kProbeStep * *ceiling_ * dt;
    return;
  }
  if (!beyond_since_) beyond_since_ = now;
  const Duration beyond = now - *beyond_since_;
  // Nobody has complained: the ceiling has moved, and the longer nobody does, the farther it may have.
  if (beyond > kBeyond) rate_ *= std::exp(std::min(1.5, 0.1 * std::exp2(Seconds(beyond - kBeyond))) * dt);
}

double Pace::ThrottledShare(Duration now) const {
  const double refused = throttled_.Rate(now, seconds(1));
  const double passed = delivered_.Rate(now, seconds(1));
  return refused + passed > 0 ? refused / (refused + passed) : 0;
}

void Pace::OnThrottled(Duration now, Duration started, std::size_t units) {
  --in_flight_;
  unanswered_ = 0;
  if (!limits_.adapts) return;
  throttled_.Add(now, static_cast<double>(units));
  // What was sent before the last change says nothing about it.
  if (lowered_ && (started <= *lowered_ || now - *lowered_ < kLowerEvery)) return;
  // A share that stays the same whatever the rate is not about the rate.
  const double share = ThrottledShare(now);
  if (noise_share_) {
    if (share <= 1.5 * *noise_share_ + kNoiseShare) return;
    noise_share_.reset();
    fruitless_ = 0;
  }
  const bool helped =
      !lowered_ || now - *lowered_ > kOldNews || share < kNoiseShare || share < 0.7 * share_when_lowered_;
  fruitless_ = helped ? 0 : fruitless_ + 1;
  lowered_ = now;
  share_when_lowered_ = share;
  if (fruitless_ >= kFruitless) {
    noise_share_ = share;
    return;
  }
  const double recent = delivered_.Rate(now, milliseconds(300));
  const double steady = delivered_.Rate(now, seconds(1));
  const double delivered =
      recent > 0 ? std::min(recent, ceiling_ ? std::max(steady, recent * 0.5) : recent) : rate_ / 2;
  ceiling_ = std::max(kLeastRate, std::min(rate_, delivered));
  rate_ = std::max(kLeastRate, kBelowCeiling * *ceiling_);
  // What the old rate has promised for later is void.
  next_free_ = std::min(next_free_, Micros(now) + 1e6 / rate_);
  hold_until_ = now + kHold;
  beyond_since_.reset();
  window_ = std::max(1.0, window_ / 2);
  ramps_ = false;
}

void Pace::OnNoAnswer(Duration now) {
  --in_flight_;
  if (down_since_) {
    probe_pause_ = std::min(probe_pause_ * 2, kLongestProbe);
    next_probe_ = now + probe_pause_;
    return;
  }
  if (unanswered_++ == 0) first_unanswered_ = now;
  if (unanswered_ < kUnansweredInARow || now - first_unanswered_ < kUnansweredFor) return;
  down_since_ = first_unanswered_;
  probe_pause_ = kFirstProbe;
  next_probe_ = now + probe_pause_;
}

void Pace::OnRefused() {
  --in_flight_;
  unanswered_ = 0;
}

}  // namespace vams
