#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/task_loop.h"

namespace vams {

// Carries out what a flow asks for (engine/file_flow.h, engine/asset_flow.h), as many tasks at once as the flow gives
// out. Without a loop a thread that ends a task takes the next one itself, under the flow's lock: nothing is handed
// from one thread to another while there is enough to do. With a loop, the tasks that only wait for one reply
// (OnlyWaits(task)) are done by it on one thread, which alone asks the flow; the others go to the threads.
template <class Flow>
class Driver {
 public:
  // `loop` may be null.
  Driver(Flow& flow, Clock& clock, TaskLoop* loop = nullptr) : flow_(flow), clock_(clock), loop_(loop) {}

  // `execute(task)` -> answer: from any of the threads, several at once. `look(flow)`: every so often and at the end,
  // alone with the flow; must not block; what it returns goes to `tell`, which may. Returns when the flow has finished;
  // kUnavailable: the system gives too few threads, and nothing was begun.
  template <class Execute, class Look, class Tell>
  Status Run(std::size_t threads, Execute&& execute, Look&& look, Tell&& tell) {
    std::vector<std::jthread> workers;
    while (workers.size() < std::max<std::size_t>(threads, 1)) {
      try {
        workers.emplace_back([&] { loop_ != nullptr ? WorkForLoop(execute) : Work(execute); });
      } catch (const std::system_error& error) {
        if (workers.empty()) return Fail(ErrorCode::kUnavailable, "no thread can be started: {}", error.what());
        break;  // fewer do it, too
      }
    }
    if (loop_ != nullptr) {
      try {
        workers.emplace_back([&] { RunLoop(execute); });
      } catch (const std::system_error& error) {
        GiveUp();
        return Fail(ErrorCode::kUnavailable, "no thread can be started: {}", error.what());
      }
    }
    while (true) {
      PassTime(workers.size());
      MutexLock lock(mu_);
      const bool finished = flow_.finished();
      auto seen = look(flow_);
      lock.native().unlock();
      // What was looked at may have been changed, as by Drain().
      loop_ != nullptr ? loop_->Wake() : changed_.NotifyOne();
      tell(std::move(seen));
      if (finished) break;
    }
    changed_.NotifyAll();
    return {};
  }

 private:
  using Task = decltype(std::declval<Flow&>().Next(Duration{}))::value_type;

  static constexpr Duration kLookEvery = std::chrono::milliseconds(10);
  // A thread that waits for a moment looks again at least as often, so that a clock that jumps is noticed.
  static constexpr Duration kLongestWait = std::chrono::milliseconds(20);
  static constexpr Duration kShortestWait = std::chrono::microseconds(100);

  // Sleeps on the clock only while everybody waits for a moment: one that moves by being slept on stands still while
  // there is work.
  void PassTime(std::size_t workers) {
    Duration pause{0};
    {
      MutexLock lock(mu_);
      const auto at = flow_.NextAt();
      if (idle_ == workers && at) pause = std::clamp(*at - clock_.Elapsed(), kShortestWait, kLookEvery);
      if (pause == Duration{0} && !flow_.finished()) looks_.WaitFor(lock, kLookEvery);
    }
    if (pause > Duration{0}) clock_.SleepFor(pause);
  }

  template <class Execute>
  void Work(Execute& execute) {
    MutexLock lock(mu_);
    while (!flow_.finished()) {
      const Duration now = clock_.Elapsed();
      auto task = flow_.Next(now);
      if (!task) {
        Wait(lock, now);
        continue;
      }
      // There may be more to begin: one sleeper looks, and calls the next.
      if (idle_ > 0) changed_.NotifyOne();
      lock.native().unlock();
      auto answer = execute(*task);
      lock.native().lock();
      flow_.OnDone(std::move(*task), std::move(answer), clock_.Elapsed());
    }
    changed_.NotifyAll();
    looks_.NotifyOne();
  }

  // One of those that wait watches the clock, the others are called.
  void Wait(MutexLock& lock, Duration now) REQUIRES(mu_) {
    ++idle_;
    const auto at = flow_.NextAt();
    if (at && !watched_) {
      watched_ = true;
      changed_.WaitFor(lock, std::clamp(*at - now, kShortestWait, kLongestWait));
      watched_ = false;
    } else {
      changed_.Wait(lock);
    }
    --idle_;
  }

  template <class Execute>
  void RunLoop(Execute& execute) {
    using Answer = decltype(execute(std::declval<const Task&>()));
    std::vector<std::pair<Task, Answer>> ended;
    std::vector<Task> begun;
    MutexLock lock(mu_);
    while (true) {
      for (auto& [task, answer] : ended) flow_.OnDone(std::move(task), std::move(answer), clock_.Elapsed());
      ended.clear();
      if (flow_.finished()) break;
      const Duration now = clock_.Elapsed();
      while (auto task = flow_.Next(now)) {
        if (OnlyWaits(*task)) {
          begun.push_back(std::move(*task));
        } else {
          for_threads_.push_back(std::move(*task));
          changed_.NotifyOne();
        }
      }
      const auto at = flow_.NextAt();
      lock.native().unlock();
      for (Task& task : begun) {
        loop_->Spawn([&ended, &execute, task = std::move(task)]() mutable {
          Answer answer = execute(task);
          ended.emplace_back(std::move(task), std::move(answer));
        });
      }
      begun.clear();
      // What is ended by now had no need to wait.
      loop_->Turn(ended.empty() ? std::clamp(at ? *at - now : kLongestWait, Duration{0}, kLongestWait) : Duration{0});
      lock.native().lock();
    }
    over_ = true;
    changed_.NotifyAll();
    looks_.NotifyOne();
  }

  template <class Execute>
  void WorkForLoop(Execute& execute) {
    MutexLock lock(mu_);
    while (!over_) {
      if (for_threads_.empty()) {
        changed_.Wait(lock);
        continue;
      }
      Task task = std::move(for_threads_.front());
      for_threads_.pop_front();
      lock.native().unlock();
      auto answer = execute(task);
      lock.native().lock();
      flow_.OnDone(std::move(task), std::move(answer), clock_.Elapsed());
      loop_->Wake();
    }
  }

  void GiveUp() {
    const MutexLock lock(mu_);
    over_ = true;
    changed_.NotifyAll();
  }

  Flow& flow_;
  Clock& clock_;
  TaskLoop* const loop_;
  Mutex mu_;
  CondVar changed_;
  CondVar looks_;
  std::size_t idle_ = 0;
  bool watched_ = false;
  std::deque<Task> for_threads_;
  bool over_ = false;
};

}  // namespace vams
