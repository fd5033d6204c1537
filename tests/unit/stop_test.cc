#include "base/stop.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vams {
namespace {

TEST(StopFlag, IsRaisedByARequest) {
  StopFlag stop;
  EXPECT_FALSE(stop.requested());
  stop.Request();
  EXPECT_TRUE(stop.requested());
}

TEST(StopFlag, IsRaisedByTheClock) {
  FakeClock clock;
  StopFlag stop;
  stop.RequestAt(clock, clock.Elapsed() + std::chrono::seconds(10));
  EXPECT_FALSE(stop.requested());
  clock.SleepFor(std::chrono::milliseconds(9'999));
  EXPECT_FALSE(stop.requested());
  clock.SleepFor(std::chrono::milliseconds(1));
  EXPECT_TRUE(stop.requested());
}

}  // namespace
}  // namespace vams
