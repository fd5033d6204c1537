#include <gtest/gtest.h>

#include "base/pause.h"
#include "testing/fake_clock.h"

namespace vams {
namespace {

using namespace std::chrono_literals;

TEST(SleepUnlessStopped, SleepsTheWholeTime) {
  FakeClock clock;
  StopFlag stop;
  const Duration begun = clock.Elapsed();
  EXPECT_TRUE(SleepUnlessStopped(clock, stop, 250ms));
  EXPECT_EQ(clock.Elapsed() - begun, Duration(250ms));
}

TEST(SleepUnlessStopped, EndsWithinAStepOfADeadline) {
  FakeClock clock;
  StopFlag stop;
  const Duration begun = clock.Elapsed();
  stop.RequestAt(clock, begun + 150ms);
  EXPECT_FALSE(SleepUnlessStopped(clock, stop, 10s));
  EXPECT_LE(clock.Elapsed() - begun, Duration(250ms));
}

TEST(SleepUnlessStopped, DoesNotSleepOnceStopped) {
  FakeClock clock;
  StopFlag stop;
  stop.Request();
  const Duration begun = clock.Elapsed();
  EXPECT_FALSE(SleepUnlessStopped(clock, stop, 10s));
  EXPECT_EQ(clock.Elapsed(), begun);
}

}  // namespace
}  // namespace vams
