#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "engine/pace.h"
#include "testing/simulation/event_loop.h"

namespace vams {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A service that takes `limit` units a second, with a bucket of a tenth of a second, and a client that always has work.
class LimitedService {
 public:
  explicit LimitedService(PaceLimits limits) : pace_(limits) {}

  double limit = 1e9;
  Duration latency = milliseconds(10);
  bool answers = true;
  bool takes_parts = false;  // of a request, as many units as there is room for

  void RunUntil(Duration until) {
    while (loop_.now() < until) {
      const Duration now = loop_.now();
      if (pace_.MayStart(now)) {
        Begin(now);
        continue;
      }
      const auto at = pace_.StartsAt();
      loop_.Step(at && *at > now ? std::min(*at, until) : until);
    }
  }

  std::uint64_t passed = 0;  // units
  std::uint64_t requests = 0;
  std::uint64_t throttled = 0;  // requests
  std::size_t most_in_flight = 0;
  Pace& pace() { return pace_; }
  Duration now() const { return loop_.now(); }

 private:
  static constexpr std::size_t kUnits = 10;

  void Begin(Duration now) {
    pace_.OnStart(now, kUnits);
    ++requests;
    most_in_flight = std::max(most_in_flight, pace_.in_flight());
    tokens_ = std::min(limit / 10, tokens_ + limit * static_cast<double>((now - refilled_).count()) / 1e6);
    refilled_ = now;
    std::size_t taken = tokens_ >= kUnits ? kUnits : 0;
    if (takes_parts) taken = std::min(kUnits, static_cast<std::size_t>(tokens_));
    if (answers) tokens_ -= static_cast<double>(taken);
    loop_.At(now + latency, [this, now, taken, answered = answers] {
      if (!answered) return pace_.OnNoAnswer(loop_.now());
      passed += taken;
      if (taken == kUnits) return pace_.OnDone(loop_.now(), now, kUnits);
      ++throttled;
      pace_.OnThrottled(loop_.now(), now, kUnits - taken, taken);
    });
  }

  Pace pace_;
  simulation::EventLoop loop_;
  double tokens_ = 50;
  Duration refilled_{0};
};

TEST(Pace, BeginsGentlyAndGrowsToWhatTheLatencyAllows) {
  LimitedService service({.most_in_flight = 64});
  service.RunUntil(milliseconds(100));
  EXPECT_LT(service.passed, 200u);
  service.RunUntil(seconds(10));
  const std::uint64_t before = service.passed;
  service.RunUntil(seconds(11));
  // 64 requests of 10 units each 10 ms.
  EXPECT_GT(service.passed - before, 55'000u);
  EXPECT_EQ(service.most_in_flight, 64u);
  EXPECT_EQ(service.throttled, 0u);
}

TEST(Pace, DoublesAsLongAsItsRateIsUsed) {
  LimitedService service({.most_in_flight = 64});
  service.RunUntil(seconds(3));
  const std::uint64_t before = service.passed;
  service.RunUntil(seconds(4));
  EXPECT_GT(service.passed - before, 50'000u) << "from 400 a second, doubled every 200 ms";
}

TEST(Pace, StaysJustBelowAHiddenLimitAndFindsANewOne) {
  LimitedService service({.most_in_flight = 64});
  service.limit = 500;
  service.RunUntil(seconds(20));
  service.requests = service.throttled = service.passed = 0;
  service.RunUntil(seconds(60));
  EXPECT_GT(service.passed, 500u * 40 * 90 / 100) << "within a tenth below the limit";
  EXPECT_LT(service.throttled * 50, service.requests) << "under 2 % throttled";

  service.limit = 2000;
  service.RunUntil(seconds(75));
  service.requests = service.throttled = service.passed = 0;
  service.RunUntil(seconds(115));
  EXPECT_GT(service.passed, 2000u * 40 * 90 / 100) << "the new limit is found within 15 s";
  EXPECT_LT(service.throttled * 50, service.requests);

  service.limit = 500;
  service.RunUntil(seconds(120));
  service.requests = service.throttled = service.passed = 0;
  service.RunUntil(seconds(160));
  EXPECT_GT(service.passed, 500u * 40 * 85 / 100);
  EXPECT_LT(service.throttled * 20, service.requests);
}

TEST(Pace, ALimitThatRefusesPartsOfRequestsIsOneToo) {
  LimitedService service({.most_in_flight = 64});
  service.limit = 500;
  service.takes_parts = true;
  service.RunUntil(seconds(20));
  service.requests = service.throttled = service.passed = 0;
  service.RunUntil(seconds(60));
  EXPECT_GT(service.passed, 500u * 40 * 90 / 100);
  EXPECT_LT(service.throttled * 20, service.requests) << "each by a part, so that nothing is lost by it but a retry";
}

TEST(Pace, NeverGoesAboveThePersonsRate) {
  for (const bool adapts : {true, false}) {
    LimitedService service({.most_in_flight = 64, .most_rate = PerSecond{300}, .adapts = adapts});
    service.RunUntil(seconds(20));
    EXPECT_LE(service.passed, 300u * 20 + 20);
    EXPECT_GT(service.passed, 300u * 20 * 95 / 100);
  }
}

// Requests of ten units that take 10 ms each, of which `share` are refused; `limit`: units a second that pass besides.
struct Noisy {
  std::uint64_t passed = 0;  // units, after the first 20 s
  std::uint64_t tried = 0;   // requests
  std::uint64_t refused = 0;
};

Noisy RunWithNoise(double share, std::uint64_t seed, double limit = 1e9) {
  Pace pace({.most_in_flight = 64});
  simulation::EventLoop loop;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform;
  Noisy seen;
  double tokens = limit / 10;
  Duration refilled{0};
  while (loop.now() < seconds(60)) {
    if (!pace.MayStart(loop.now())) {
      const auto at = pace.StartsAt();
      loop.Step(at && *at > loop.now() ? *at : loop.now() + milliseconds(10));
      continue;
    }
    pace.OnStart(loop.now(), 10);
    tokens = std::min(limit / 10, tokens + limit * static_cast<double>((loop.now() - refilled).count()) / 1e6);
    refilled = loop.now();
    const bool refused = uniform(random) < share || tokens < 10;
    if (!refused) tokens -= 10;
    loop.At(loop.now() + milliseconds(10), [&, started = loop.now(), refused] {
      if (loop.now() > seconds(20)) {
        ++seen.tried;
        (refused ? seen.refused : seen.passed) += refused ? 1 : 10;
      }
      refused ? pace.OnThrottled(loop.now(), started, 10) : pace.OnDone(loop.now(), started, 10);
    });
  }
  return seen;
}

TEST(Pace, ThrottlesThatHaveNothingToDoWithTheRateDoNotStopIt) {
  for (const double share : {0.005, 0.01, 0.02, 0.05, 0.3, 0.6}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      // 64 requests each 10 ms would be 64,000 units a second.
      EXPECT_GT(RunWithNoise(share, seed).passed, 40u * 6'400u) << share << ", seed " << seed;
    }
  }
}

TEST(Pace, FindsALimitAmongThrottlesThatHaveNothingToDoWithIt) {
  for (const double share : {0.01, 0.03, 0.3}) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const Noisy seen = RunWithNoise(share, seed, 2000);
      EXPECT_GT(seen.passed, 40u * 1000u) << share << ", seed " << seed;
      EXPECT_LT(static_cast<double>(seen.refused), (share + 0.25) * static_cast<double>(seen.tried))
          << share << ", seed " << seed;
    }
  }
}

TEST(Pace, ShrinksWhereTheLatencyClimbs) {
  LimitedService service({.most_in_flight = 64});
  service.RunUntil(seconds(5));
  const double before = service.pace().window();
  service.latency = milliseconds(200);
  double least = before;
  for (Duration at = seconds(5); at < seconds(10); at += milliseconds(100)) {
    service.RunUntil(at);
    least = std::min(least, service.pace().window());
  }
  EXPECT_LT(least, before * 0.6);
  service.RunUntil(seconds(60));
  EXPECT_GT(service.pace().window(), before * 0.9) << "what stays slow is no reason to stay small";
}

TEST(Pace, WhatIsDownIsAskedEverMoreSeldomAndGoesOnByItself) {
  LimitedService service({.most_in_flight = 64});
  service.RunUntil(seconds(3));
  service.answers = false;
  service.RunUntil(seconds(6));
  EXPECT_TRUE(service.pace().down());
  service.requests = 0;
  service.RunUntil(seconds(66));
  EXPECT_LE(service.requests, 20u);
  EXPECT_GE(service.requests, 10u);
  service.answers = true;
  service.RunUntil(seconds(80));
  EXPECT_FALSE(service.pace().down());
  const std::uint64_t before = service.passed;
  service.RunUntil(seconds(81));
  EXPECT_GT(service.passed - before, 10'000u);
}

}  // namespace
}  // namespace vams
