#include "testing/simulation/weather.h"

#include <fmt/format.h>

#include <algorithm>

namespace vams::simulation {

Weather Weather::Draw(Dice& dice) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  Weather w;
  w.least_latency = dice.Time(milliseconds(1), milliseconds(20));
  w.most_latency = w.least_latency + dice.Time(Duration{0}, milliseconds(60));
  const auto sometimes = [&](double most) { return dice.Chance(0.4) ? dice.Real() * most : 0; };
  w.throttled = sometimes(0.4);
  w.reset = sometimes(0.15);
  w.lost = sometimes(0.1);
  w.garbage = sometimes(0.05);
  w.partial = sometimes(0.2);
  w.expired = sometimes(0.02);
  for (std::uint64_t i = dice.Chance(0.3) ? dice.Between(1, 2) : 0; i > 0; --i) {
    const Duration from = dice.Time(Duration{0}, seconds(5));
    w.outages.emplace_back(from, from + dice.Time(milliseconds(100), seconds(90)));
  }
  if (dice.Chance(0.04)) w.denied_from = dice.Time(Duration{0}, seconds(3));
  return w;
}

bool Weather::Out(Duration now) const {
  return std::ranges::any_of(outages, [&](const auto& o) { return now >= o.first && now < o.second; });
}

Fate Weather::FateOf(Dice& dice, Duration now, bool may_be_denied) const {
  const double d = dice.Real();
  if (Out(now)) return Fate::kReset;
  if (may_be_denied && denied_from && now >= *denied_from) return Fate::kDenied;
  double sum = 0;
  for (const auto& [share, fate] : {std::pair(throttled, Fate::kThrottled), std::pair(reset, Fate::kReset),
                                    std::pair(lost, Fate::kLostReply), std::pair(garbage, Fate::kGarbage)}) {
    sum += share;
    if (d < sum) return fate;
  }
  return Fate::kFine;
}

std::string Weather::Describe() const {
  std::string text = fmt::format(
      "latency {}-{} us, throttled {:.2f}, reset {:.2f}, lost {:.2f}, garbage {:.2f}, partial {:.2f}, "
      "expired {:.3f}",
      least_latency.count(), most_latency.count(), throttled, reset, lost, garbage, partial, expired);
  for (const auto& [from, to] : outages) text += fmt::format(", out {}-{} us", from.count(), to.count());
  if (denied_from) text += fmt::format(", denied from {} us", denied_from->count());
  return text;
}

Error ErrorOf(Fate fate) {
  switch (fate) {
    case Fate::kFine: break;
    case Fate::kThrottled: return {.code = ErrorCode::kThrottled, .message = "slow down", .retryable = true};
    case Fate::kReset:
    case Fate::kLostReply: return {.code = ErrorCode::kUnavailable, .message = "connection reset", .retryable = true};
    case Fate::kGarbage: return {.code = ErrorCode::kBadReply, .message = "garbage", .retryable = true};
    case Fate::kExpired: return {.code = ErrorCode::kExpired, .message = "HTTP 400"};
    case Fate::kDenied: return {.code = ErrorCode::kAccessDenied, .message = "not allowed"};
  }
  return {};
}

const char* NameOf(Fate fate) {
  switch (fate) {
    case Fate::kFine: return "fine";
    case Fate::kThrottled: return "throttled";
    case Fate::kReset: return "reset";
    case Fate::kLostReply: return "lost reply";
    case Fate::kGarbage: return "garbage";
    case Fate::kExpired: return "expired";
    case Fate::kDenied: return "denied";
  }
  return "";
}

}  // namespace vams::simulation
