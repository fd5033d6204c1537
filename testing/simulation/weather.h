#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "testing/simulation/dice.h"

namespace vams::simulation {

// What befalls one request.
enum class Fate {
  kFine,
  kThrottled,  // refused, not applied
  kReset,      // never arrived
  kLostReply,  // applied, and nobody hears of it
  kGarbage,    // applied, and the answer cannot be read
  kExpired,    // refused without a reason, not applied
  kDenied,     // refused for good
};

// How services behave in one simulated run: drawn from the seed, then the same for all its parts.
struct Weather {
  static Weather Draw(Dice& dice);

  Duration least_latency{0};
  Duration most_latency{0};
  double throttled = 0;
  double reset = 0;
  double lost = 0;
  double garbage = 0;
  double partial = 0;  // of the entries of a batch
  double expired = 0;  // HEADs whose credentials ran out on the way
  std::vector<std::pair<Duration, Duration>> outages{};
  std::optional<Duration> denied_from{};  // publishes and touches

  bool Out(Duration now) const;
  Fate FateOf(Dice& dice, Duration now, bool may_be_denied) const;
  Duration Latency(Dice& dice) const { return dice.Time(least_latency, most_latency); }
  std::string Describe() const;
};

// The error that a caller sees; kFine has none.
Error ErrorOf(Fate fate);
const char* NameOf(Fate fate);

}  // namespace vams::simulation
