#pragma once

#include <functional>
#include <utility>

#include "testing/fake_clock.h"

namespace vams {

// A FakeClock whose sleepers let others work: `meanwhile` is called after each sleep. One thread.
class HookedClock final : public Clock {
 public:
  std::function<void()> meanwhile;

  UtcTime Now() const override { return clock_.Now(); }
  Duration Elapsed() const override { return clock_.Elapsed(); }
  void SleepFor(Duration d) override {
    clock_.Advance(d);
    if (meanwhile) meanwhile();
  }

 private:
  FakeClock clock_;
};

}  // namespace vams
