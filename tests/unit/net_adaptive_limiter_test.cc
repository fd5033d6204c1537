#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/adaptive_limiter.h"
#include "net/make_transport.h"
#include "testing/fake_clock.h"
#include "testing/scripted_transport.h"

namespace vams {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sends at an even rate for a while; every try is answered well.
void SendEvenly(FakeClock& clock, AdaptiveLimiter& limiter, int per_second, Duration time) {
  const Duration step = Duration(seconds(1)) / per_second;
  for (Duration t{0}; t < time; t += step) {
    clock.Advance(step);
    limiter.OnReply(false);
  }
}

TEST(AdaptiveLimiter, DoesNothingBeforeTheFirstThrottle) {
  FakeClock clock;
  AdaptiveLimiter limiter(clock);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limiter.Acquire(), Duration{0});
    limiter.OnReply(false);
  }
  EXPECT_EQ(limiter.rate(), 0);
}

TEST(AdaptiveLimiter, AThrottleCutsTheMeasuredRateByThreeTenths) {
  FakeClock clock;
  AdaptiveLimiter limiter(clock);
  SendEvenly(clock, limiter, 100, seconds(10));
  limiter.OnReply(true);
  EXPECT_NEAR(limiter.rate(), 70, 1);
  limiter.OnReply(true);
  EXPECT_NEAR(limiter.rate(), 49, 1);
}

TEST(AdaptiveLimiter, TheRateComesBackToWhatItWasAndGoesOn) {
  FakeClock clock;
  AdaptiveLimiter limiter(clock);
  SendEvenly(clock, limiter, 100, seconds(10));
  limiter.OnReply(true);
  // The plateau is reached after cbrt(100 * 0.3 / 0.4) = 4.2 seconds.
  SendEvenly(clock, limiter, 70, milliseconds(4200));
  EXPECT_NEAR(limiter.rate(), 100, 1);
  SendEvenly(clock, limiter, 100, seconds(8));
  EXPECT_GT(limiter.rate(), 150);
  EXPECT_LE(limiter.rate(), 200 + 1) << "never more than twice what is really sent";
}

TEST(AdaptiveLimiter, TriesAreSpacedByTheRate) {
  FakeClock clock;
  AdaptiveLimiter limiter(clock);
  SendEvenly(clock, limiter, 100, seconds(10));
  limiter.OnReply(true);
  const double rate = limiter.rate();
  Duration last{0};
  for (int i = 0; i < 50; ++i) last = limiter.Acquire();
  EXPECT_NEAR(static_cast<double>(last.count()) / 1e6, 50 / rate, 1.1 / rate)
      << "nothing was saved up while there was no limit";
}

TEST(AdaptiveLimiter, NeverStopsAltogether) {
  FakeClock clock;
  AdaptiveLimiter limiter(clock);
  for (int i = 0; i < 50; ++i) {
    clock.Advance(seconds(1));
    limiter.OnReply(true);
  }
  EXPECT_GE(limiter.rate(), 0.5);
  EXPECT_LE(limiter.Acquire(), Duration(seconds(3)));
}

TEST(AdaptiveMode, WaitsBeforeTheTriesThatFollowAThrottle) {
  const auto waits = [](RetryMode mode) {
    FakeClock clock;
    const auto wire = std::make_shared<ScriptedTransport>();
    wire->Then(429);
    wire->Otherwise([](const HttpRequest&) { return HttpReply{.status = 200}; });
    const auto transport =
        MakeTransport({.retry = {.mode = mode}}, {.wire = wire, .clock = &clock, .random = [] { return 0.0; }});
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(transport->Send(HttpRequest{.call = {Service::kSns, "Publish"}}));
    }
    return clock.Elapsed();
  };
  EXPECT_EQ(waits(RetryMode::kStandard), Duration{0});
  EXPECT_GT(waits(RetryMode::kAdaptive), Duration(seconds(1)));
}

}  // namespace
}  // namespace vams
