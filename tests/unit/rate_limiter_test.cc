#include "base/rate_limiter.h"

#include <gtest/gtest.h>

#include <thread>

#include "testing/fake_clock.h"

namespace vams {
namespace {

using std::chrono::milliseconds;

TEST(RateLimiter, SpacesUnitsEvenly) {
  FakeClock clock;
  RateLimiter limiter(clock, PerSecond{20}, ItemCount{0});
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(0));
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(50));
  EXPECT_EQ(limiter.Acquire(ItemCount{2}), milliseconds(100));
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(200));
  clock.Advance(std::chrono::seconds(10));
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(0)) << "idle time is not saved up";
}

TEST(RateLimiter, AllowsABurst) {
  FakeClock clock;
  RateLimiter limiter(clock, PerSecond{10}, ItemCount{2});
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(0));
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(0));
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(0));
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), milliseconds(100));
}

TEST(RateLimiter, ThreadsShareOneRate) {
  FakeClock clock;
  RateLimiter limiter(clock, PerSecond{1000}, ItemCount{0});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) static_cast<void>(limiter.Acquire(ItemCount{1}));
    });
  }
  threads.clear();
  EXPECT_EQ(limiter.Acquire(ItemCount{1}), std::chrono::seconds(8));
}

}  // namespace
}  // namespace vams
