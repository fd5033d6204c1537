#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"

namespace vams {

// Carries out what a flow asks for (engine/file_flow.h, engine/asset_flow.h) on threads, as many at once as the flow
// gives out and `threads` allow. A thread that ends a task takes the next one itself, under the flow's lock: nothing is
// handed from one thread to another while there is enough to do.
template <class Flow>
class Driver {
 public:
  Driver(Flow& flow, Clock& clock) : flow_(flow), clock_(clock) {}

  // `execute(task)` -> answer: from any of the threads, several at once. `look(flow)`: every so often and at the end,
  // alone with the flow; must not block; what it returns goes to `tell`, which may. Returns when the flow has finished;
  // kUnavailable: the system gives not a single thread, and nothing was begun.
  template <class Execute, class Look, class Tell>
  Status Run(std::size_t threads, Execute&& execute, Look&& look, Tell&& tell) {
    std::vector<std::jthread> workers;
    while (workers.size() < std::max<std::size_t>(threads, 1)) {
      try {
        workers.emplace_back([&] { Work(execute); });
      } catch (const std::system_error& error) {
        if (workers.empty()) return Fail(ErrorCode::kUnavailable, "no thread can be started: {}", error.what());
        break;  // fewer do it, too
      }
    }
    while (true) {
      PassTime(workers.size());
      MutexLock lock(mu_);
      const bool finished = flow_.finished();
      auto seen = look(flow_);
      lock.native().unlock();
      // What was looked at may have been changed, as by Drain().
      changed_.NotifyOne();
      tell(std::move(seen));
      if (finished) break;
    }
    changed_.NotifyAll();
    return {};
  }

 private:
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

  Flow& flow_;
  Clock& clock_;
  Mutex mu_;
  CondVar changed_;
  CondVar looks_;
  std::size_t idle_ = 0;
  bool watched_ = false;
};

}  // namespace vams
