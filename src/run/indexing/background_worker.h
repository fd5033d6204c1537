#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "ports/log.h"

namespace vams {

// Runs a step again and again on a thread of its own until it is stopped or the step fails for good. A failure that may
// pass is tried again after a pause that grows.
class BackgroundWorker {
 public:
  // How much was done; 0: nothing to do now.
  using Step = std::function<Result<std::uint64_t>()>;

  // `idle_pause`: between two steps of which the first found nothing to do.
  BackgroundWorker(std::string name, Step step, Clock& clock, Log& log,
                   Duration idle_pause = std::chrono::milliseconds(3));
  ~BackgroundWorker();
  BackgroundWorker(const BackgroundWorker&) = delete;
  BackgroundWorker& operator=(const BackgroundWorker&) = delete;

  // Lets the step under way end. Idempotent.
  void Stop();
  // The error that ended it; success while it runs and after Stop().
  Status status() const EXCLUDES(mu_);
  std::uint64_t done() const { return done_.load(std::memory_order_relaxed); }

 private:
  void Loop(const std::stop_token& stop);

  const std::string name_;
  const Step step_;
  Clock& clock_;
  Log& log_;
  const Duration idle_pause_;
  std::atomic<std::uint64_t> done_{0};
  mutable Mutex mu_;
  Status status_ GUARDED_BY(mu_);
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace vams
