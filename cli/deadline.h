#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/stop.h"

namespace vams::cli {

// Raises `stop` when the time is over, as Ctrl-C would; never when it ends before. Real time: it waits on a thread.
class Deadline {
 public:
  // nullopt: no deadline, no thread. `stop` outlives it.
  Deadline(std::optional<Duration> after, StopFlag& stop);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  std::mutex mu_;
  std::condition_variable_any ended_;
  std::jthread thread_;
};

}  // namespace vams::cli
