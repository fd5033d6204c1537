#pragma once

#include "base/clock.h"
#include "base/mutex.h"

namespace vams::testing {

// A clock that moves only when told. Safe for concurrent calls.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(UtcTime now = UtcTime{std::chrono::sys_days{std::chrono::year{2025} / 6 / 1}}) : now_(now) {}

  UtcTime Now() const override {
    const MutexLock lock(mu_);
    return now_ + elapsed_;
  }
  Duration Elapsed() const override {
    const MutexLock lock(mu_);
    return elapsed_;
  }
  void SleepFor(Duration d) override { Advance(d); }
  void Advance(Duration d) {
    const MutexLock lock(mu_);
    elapsed_ += d;
  }

 private:
  mutable Mutex mu_;
  UtcTime now_;
  Duration elapsed_ GUARDED_BY(mu_){0};
};

}  // namespace vams::testing
