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
constexpr double kNoiseGrowth = 0.5;
constexpr int kFruitless = 3;
constexpr double kMostSample = 256;  // requests
constexpr double kLeastSample = 20;
constexpr double kLeastRefused = 3;
constexpr double kTolerated = 0.01;     // of the requests: fewer throttles than this cost less than to avoid them
constexpr double kExpectedInTrial = 4;  // throttles, if the lowering was in vain
constexpr Duration kLeastTrial = milliseconds(300);
constexpr double kLeastNoise = 0.002;
constexpr double kUsed = 0.8;
// What came through in the last 300 ms of a rate that doubles every 200 ms is about half of what it is now.
constexpr double kUsedWhileDoubling = 0.4;

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
  Answered();
  ++successes_;
  if (!limits_.adapts) return;
  delivered_.Add(now, static_cast<double>(units));
  Sampled(now, started, false);
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
  if (now < hold_until_ || trial_) return;
  // A rate that is not used up says nothing about the next one.
  const double used = delivered_.Rate(now, milliseconds(300)) + throttled_.Rate(now, milliseconds(300));
  const double least = !ceiling_ && noise_ == 0 ? kUsedWhileDoubling : kUsed;
  if (used < least * rate_ && rate_ > kLeastRate) return;
  if (!ceiling_ && noise_ > 0) {
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

void Pace::OnThrottled(Duration now, Duration started, std::size_t refused, std::size_t delivered) {
  Answered();
  if (delivered > 0) ++successes_;
  if (!limits_.adapts) return;
  if (delivered > 0) delivered_.Add(now, static_cast<double>(delivered));
  throttled_.Add(now, static_cast<double>(refused));
  Sampled(now, started, true);
}

// What was sent before the last change says nothing about it.
void Pace::Sampled(Duration now, Duration started, bool refused) {
  if (lowered_ && started <= *lowered_) return;
  (refused ? sample_.refused : sample_.passed) += 1;
  if (trial_) return Judge(now);
  const double n = sample_.size();
  const double chance = 4 * std::sqrt(noise_ * (1 - noise_) / n);
  if (refused && n >= kLeastSample && sample_.refused >= kLeastRefused &&
      sample_.share() > noise_ + kTolerated + chance)
    return Lower(now);
  if (n < kMostSample) return;
  // It may be over: but it never rises by itself, or it would follow a limit up.
  if (sample_.share() < noise_ / 2) noise_ = (noise_ + sample_.share()) / 2;
  if (noise_ < kLeastNoise) noise_ = 0;
  sample_.passed /= 2;
  sample_.refused /= 2;
}

void Pace::Lower(Duration now) {
  const double share = sample_.share();
  if (!trial_) trial_ = Trial{.rate_before = rate_, .window_before = window_};
  trial_->share_before = share;
  sample_ = {};
  lowered_ = now;
  const double recent = delivered_.Rate(now, milliseconds(300));
  const double steady = delivered_.Rate(now, seconds(1));
  const double delivered = (ceiling_ ? std::max(steady, recent) : recent) / (1 - noise_);
  ceiling_ = std::clamp(delivered, std::max(kLeastRate, rate_ / 2), std::max(kLeastRate, rate_));
  rate_ = std::max(kLeastRate, kBelowCeiling * *ceiling_);
  // What the old rate has promised for later is void.
  next_free_ = std::min(next_free_, Micros(now) + 1e6 / rate_);
  hold_until_ = now + kHold;
  beyond_since_.reset();
  window_ = std::max(1.0, window_ / 2);
  ramps_ = false;
}

void Pace::Judge(Duration now) {
  const double before = trial_->share_before;
  const double share = sample_.share();
  // The service takes far less than it did, or the first lowering was too small.
  if (now - *lowered_ < kLeastTrial) return;
  if (sample_.refused >= 4 && share > 2 * before + 0.1) return Lower(now);
  if (sample_.size() < std::max(kLeastSample, kExpectedInTrial / before)) return;
  if (share - noise_ < (before - noise_) / 2) {
    trial_.reset();
  } else if (++trial_->fruitless < kFruitless) {
    Lower(now);
  } else {
    noise_ = std::min(share, 0.9);
    rate_ = trial_->rate_before;
    window_ = trial_->window_before;
    ceiling_.reset();
    trial_.reset();
  }
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

void Pace::OnRefused() { Answered(); }

// Whatever the answer: the resource is there again, and begins as at first.
void Pace::Answered() {
  --in_flight_;
  unanswered_ = 0;
  if (!down_since_) return;
  down_since_.reset();
  if (limits_.adapts) window_ = static_cast<double>(std::min(limits_.first_in_flight, limits_.most_in_flight));
  ramps_ = true;
}

}  // namespace vams
