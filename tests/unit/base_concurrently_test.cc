#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include "base/concurrently.h"
#include "base/mutex.h"

namespace vams {
namespace {

TEST(Concurrently, CallsForEveryIndexOnce) {
  for (const std::size_t workers : {0u, 1u, 3u, 64u}) {
    for (const std::size_t count : {0u, 1u, 2u, 1000u}) {
      std::vector<std::atomic<int>> calls(count);
      ForEachConcurrently(count, workers, [&](std::size_t i) { ++calls[i]; });
      EXPECT_TRUE(std::ranges::all_of(calls, [](const auto& n) { return n == 1; })) << count << " by " << workers;
    }
  }
}

TEST(Concurrently, OneWorkerIsTheCallersThreadInOrder) {
  std::vector<std::size_t> order;
  ForEachConcurrently(5, 1, [&, caller = std::this_thread::get_id()](std::size_t i) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(i);
  });
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(Concurrently, AsManyAtOnceAsThereAreWorkers) {
  // Ends only if four calls are inside at the same time.
  std::latch all_inside(4);
  ForEachConcurrently(4, 4, [&](std::size_t) { all_inside.arrive_and_wait(); });
  EXPECT_TRUE(all_inside.try_wait());
}

TEST(Concurrently, NeverMoreThanTheWorkers) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  ForEachConcurrently(500, 3, [&](std::size_t) {
    const int now = ++inside;
    int seen = most;
    while (seen < now && !most.compare_exchange_weak(seen, now)) {
    }
    std::this_thread::yield();
    --inside;
  });
  EXPECT_LE(most, 3);
}

TEST(TryConcurrently, GivesTheErrorOfTheLowestIndexAndStopsHandingOut) {
  // Both fail while the other is inside, the higher index first.
  std::latch both_inside(2);
  std::latch higher_failed(1);
  std::atomic<int> calls{0};
  const Status status = TryForEachConcurrently(1000, 2, [&](std::size_t i) -> Status {
    ++calls;
    both_inside.arrive_and_wait();
    if (i == 0) higher_failed.wait();
    if (i == 1) higher_failed.count_down();
    return Fail(ErrorCode::kIo, "call {}", i);
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "call 0");
  EXPECT_EQ(calls, 2);
}

TEST(TryConcurrently, SuccessOfAll) {
  std::atomic<int> calls{0};
  EXPECT_TRUE(TryForEachConcurrently(100, 4, [&](std::size_t) -> Status {
    ++calls;
    return {};
  }));
  EXPECT_EQ(calls, 100);
}

}  // namespace
}  // namespace vams
