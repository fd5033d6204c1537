#pragma once

#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace vams {

// A clock that moves only when told, or when somebody sleeps on it. Safe for concurrent calls.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(UtcTime start = *ParseIso("2025-06-01T00:00:00Z")) : now_(start) {}

  UtcTime Now() const override {
    MutexLock lock(mu_);
    return now_;
  }
  Duration Elapsed() const override {
    MutexLock lock(mu_);
    return elapsed_;
  }
  void SleepFor(Duration d) override {
    Advance(d);
    MutexLock lock(mu_);
    sleeps_.push_back(d);
  }
  void Advance(Duration d) {
    MutexLock lock(mu_);
    now_ += d;
    elapsed_ += d;
  }
  std::vector<Duration> sleeps() const {
    MutexLock lock(mu_);
    return sleeps_;
  }

 private:
  mutable Mutex mu_;
  UtcTime now_ GUARDED_BY(mu_);
  Duration elapsed_ GUARDED_BY(mu_){0};
  std::vector<Duration> sleeps_ GUARDED_BY(mu_);
};

}  // namespace vams
