#include "run/indexing/background_worker.h"

#include <algorithm>
#include <chrono>

namespace vams {
namespace {

constexpr Duration kFirstRetry = std::chrono::milliseconds(50);
constexpr Duration kLongestRetry = std::chrono::seconds(5);

}  // namespace

BackgroundWorker::BackgroundWorker(std::string name, Step step, Clock& clock, Log& log, Duration idle_pause)
    : name_(std::move(name)),
      step_(std::move(step)),
      clock_(clock),
      log_(log),
      idle_pause_(idle_pause),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

BackgroundWorker::~BackgroundWorker() { Stop(); }

void BackgroundWorker::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Status BackgroundWorker::status() const {
  MutexLock lock(mu_);
  return status_;
}

void BackgroundWorker::Loop(const std::stop_token& stop) {
  Duration retry = kFirstRetry;
  while (!stop.stop_requested()) {
    const auto step = step_();
    if (step) {
      retry = kFirstRetry;
      done_.fetch_add(*step, std::memory_order_relaxed);
      if (*step == 0) clock_.SleepFor(idle_pause_);
      continue;
    }
    if (!step.error().retryable) {
      log_.Error("The {} stopped: {}", name_, step.error().message);
      MutexLock lock(mu_);
      status_ = std::unexpected(step.error());
      return;
    }
    log_.Warning("The {} tries again: {}", name_, step.error().message);
    clock_.SleepFor(retry);
    retry = std::min(retry * 2, kLongestRetry);
  }
}

}  // namespace vams
