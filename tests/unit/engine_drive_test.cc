#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <thread>

#include "run/phases/driver.h"
#include "testing/fake_clock.h"

namespace vams {
namespace {

struct Numbered {
  int number = 0;
};
bool OnlyWaits(const Numbered& task) { return task.number % 2 == 0; }

// Hands out the numbers from 0 on, at most three at once, and wants the double of each back.
class Doubling {
 public:
  explicit Doubling(int count) : count_(count) {}
  std::optional<Numbered> Next(Duration) {
    if (next_ == count_ || out_ == 3 || draining_) return std::nullopt;
    ++out_;
    return Numbered{next_++};
  }
  std::optional<Duration> NextAt() const { return std::nullopt; }
  void OnDone(Numbered task, int answer, Duration) {
    EXPECT_EQ(answer, 2 * task.number);
    --out_;
    ++done_;
  }
  void Drain() { draining_ = true; }
  bool finished() const { return out_ == 0 && (next_ == count_ || draining_); }
  int done() const { return done_; }

 private:
  const int count_;
  int next_ = 0;
  int out_ = 0;
  int done_ = 0;
  bool draining_ = false;
};

// Begins a task when it is spawned and ends it a turn later, as a reply would.
class TurnLater final : public TaskLoop {
 public:
  void Spawn(std::move_only_function<void()> task) override { waiting_.push_back(std::move(task)); }
  void Turn(Duration) override {
    for (auto& task : std::exchange(waiting_, {})) task();
  }
  void Wake() override { ++wakes; }
  std::size_t running() const override { return waiting_.size(); }

  std::atomic<int> wakes = 0;

 private:
  std::deque<std::move_only_function<void()>> waiting_;
};

struct Ran {
  std::set<std::thread::id> even;
  std::set<std::thread::id> odd;
  int told = 0;
};

Ran Drive(Doubling& flow, TaskLoop* loop, const std::function<void(Doubling&)>& look = [](Doubling&) {}) {
  FakeClock clock;
  Ran ran;
  Mutex mu;
  Driver driver(flow, clock, loop);
  const Status done = driver.Run(
      3,
      [&](const Numbered& task) {
        const MutexLock lock(mu);
        (task.number % 2 == 0 ? ran.even : ran.odd).insert(std::this_thread::get_id());
        return 2 * task.number;
      },
      [&](Doubling& f) {
        look(f);
        return f.done();
      },
      [&](int seen) { ran.told = seen; });
  EXPECT_TRUE(done);
  return ran;
}

TEST(Driver, CarriesOutEveryTaskOnThreads) {
  Doubling flow(500);
  EXPECT_EQ(Drive(flow, nullptr).told, 500);
}

TEST(Driver, WhatOnlyWaitsIsDoneByTheLoopOnOneThreadAndTheRestByOthers) {
  Doubling flow(500);
  TurnLater loop;
  const Ran ran = Drive(flow, &loop);
  EXPECT_EQ(ran.told, 500);
  ASSERT_EQ(ran.even.size(), 1u);
  EXPECT_FALSE(ran.odd.contains(*ran.even.begin()));
  EXPECT_LE(ran.odd.size(), 3u);
  EXPECT_GT(loop.wakes, 0) << "a thread that ends a task tells the loop";
}

TEST(Driver, WhoLooksMayEndIt) {
  Doubling flow(1'000'000'000);
  TurnLater loop;
  const Ran ran = Drive(flow, &loop, [](Doubling& f) { f.Drain(); });
  EXPECT_EQ(ran.told, flow.done());
  EXPECT_LT(ran.told, 1'000'000'000);
}

}  // namespace
}  // namespace vams
