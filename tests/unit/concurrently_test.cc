#include "base/concurrently.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <latch>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace vams {
namespace {

TEST(Concurrently, EachIndexOnce) {
  for (const std::size_t workers : {0u, 1u, 3u, 64u}) {
    std::vector<std::atomic<int>> calls(50);
    ForEachConcurrently(calls.size(), workers, [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1) << workers;
  }
}

TEST(Concurrently, NothingToDo) {
  ForEachConcurrently(0, 8, [](std::size_t) { ADD_FAILURE(); });
}

TEST(Concurrently, OneWorkerIsTheCallerInOrder) {
  std::vector<std::size_t> seen;
  ForEachConcurrently(20, 1, [&](std::size_t i) { seen.push_back(i); });
  std::vector<std::size_t> expected(20);
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  EXPECT_EQ(seen, expected);
}

// Each call waits for all the others: with fewer threads than workers it would never end.
TEST(Concurrently, AllWorkersAtATime) {
  std::barrier together(4);
  std::set<std::thread::id> threads;
  std::mutex mu;
  ForEachConcurrently(4, 4, [&](std::size_t) {
    together.arrive_and_wait();
    const std::lock_guard lock(mu);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_THAT(threads, testing::SizeIs(4));
  EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
}

TEST(Concurrently, NeverMoreThanTheWorkers) {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  ForEachConcurrently(500, 3, [&](std::size_t) {
    const int running = ++now;
    for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) continue;
    std::this_thread::yield();
    --now;
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
