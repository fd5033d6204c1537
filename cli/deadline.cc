#include "cli/deadline.h"

namespace vams::cli {

Deadline::Deadline(std::optional<Duration> after, StopFlag& stop) {
  if (!after) return;
  thread_ = std::jthread([this, &stop, wait = *after](const std::stop_token& ended) {
    std::unique_lock lock(mu_);
    ended_.wait_for(lock, ended, wait, [] { return false; });
    if (!ended.stop_requested()) stop.Request();
  });
}

Deadline::~Deadline() = default;

}  // namespace vams::cli
