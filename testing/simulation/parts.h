#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "testing/simulation/dice.h"
#include "testing/simulation/event_loop.h"
#include "testing/simulation/simulate.h"
#include "testing/simulation/weather.h"

namespace vams::simulation {

// A run in its parts: a flow is driven in simulated time until it ends, crashes or is drained, and the next part goes
// on from what was durable. What the world is and what has to hold in it, the derived class knows.
template <class Flow>
class Parts {
 public:
  Parts(std::uint64_t seed, bool traced) : dice_(seed), traced_(traced) {}
  virtual ~Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Outcome Run() {
    MakeWorld();
    DrawInterruptions();
    Trace(weather_.Describe());
    Start();
    while (!Spent()) {
      ++outcome_.steps;
      Interrupt();
      if (auto task = flow_->Next(loop_.now())) {
        ++in_flight_;
        Begin(std::move(*task));
      } else if (!flow_->finished()) {
        if (!PassTime()) break;
      } else if (flow_->fatal() || Whole()) {
        break;
      } else {
        CrashAndGoOn();  // it was drained
      }
    }
    if (!outcome_.violation && Spent()) Violate("it does not end");
    if (!outcome_.violation) CheckEnd();
    return std::move(outcome_);
  }

 protected:
  using Task = typename decltype(std::declval<Flow&>().Next(Duration{}))::value_type;

  // Draws everything but the interruptions, the weather included.
  virtual void MakeWorld() = 0;
  // Makes the flow of the next part from what is durable.
  virtual void StartFlow() = 0;
  // The process is gone: what it alone knew is forgotten.
  virtual void Forget() = 0;
  virtual void Begin(Task task) = 0;
  // All of the run is durable.
  virtual bool Whole() const = 0;
  virtual void CheckEnd() = 0;

  void Violate(const std::string& what) {
    if (!outcome_.violation) outcome_.violation = fmt::format("at {} us: {}", loop_.now().count(), what);
    Trace("VIOLATION: " + what);
  }
  void Trace(const std::string& line) {
    if (traced_) outcome_.trace.push_back(fmt::format("{:>12} us  {}", loop_.now().count(), line));
  }

  Dice dice_;
  const bool traced_;
  Outcome outcome_;
  EventLoop loop_;
  Weather weather_;
  std::optional<Flow> flow_;
  std::uint64_t generation_ = 0;  // of the flow; what an earlier one began is answered to nobody
  std::size_t in_flight_ = 0;
  Duration durable_from_{0};  // what the flow knew by then is in the journal

 private:
  static constexpr Duration kLongest = std::chrono::hours(3);
  static constexpr std::uint64_t kMostSteps = 2'000'000;

  bool Spent() const { return outcome_.steps > kMostSteps || loop_.now() > kLongest || outcome_.violation; }

  void DrawInterruptions() {
    using std::chrono::seconds;
    if (dice_.Chance(0.5)) {
      for (std::uint64_t n = dice_.Between(1, 3); n > 0; --n) crashes_.push_back(dice_.Time(Duration{0}, seconds(4)));
      std::ranges::sort(crashes_, std::greater{});
    }
    if (dice_.Chance(0.1)) drain_at_ = dice_.Time(Duration{0}, seconds(2));
  }

  void Start() {
    StartFlow();
    ++generation_;
    in_flight_ = 0;
  }

  void CrashAndGoOn() {
    ++outcome_.crashes;
    Forget();
    Start();
  }

  void Interrupt() {
    if (!crashes_.empty() && loop_.now() >= crashes_.back()) {
      crashes_.pop_back();
      CrashAndGoOn();
    }
    if (drain_at_ && loop_.now() >= *drain_at_) {
      Trace("drain");
      drain_at_.reset();
      flow_->Drain();
    }
  }

  // False: nothing will ever happen.
  bool PassTime() {
    auto until = flow_->NextAt();
    if (until && *until <= loop_.now()) until = loop_.now() + Duration{100};
    if (!crashes_.empty() && (!until || crashes_.back() < *until)) until = crashes_.back();
    if (!until && loop_.empty()) {
      Violate("nothing is under way, nothing is planned, and it has not ended");
      return false;
    }
    loop_.Step(until);
    return true;
  }

  std::vector<Duration> crashes_;  // the soonest last
  std::optional<Duration> drain_at_;
};

}  // namespace vams::simulation
