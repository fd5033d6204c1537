#pragma once

#include <cstddef>
#include <functional>

#include "base/clock.h"

namespace vams {

// Runs tasks on one thread, many at a time: one that waits for a reply gives way to the others. Ordinary blocking code
// is a task if what it waits for knows the loop (net/curl_loop.h); whatever else it waits for holds up all of them.
// Used by the thread that runs it alone, but for Wake.
class TaskLoop {
 public:
  virtual ~TaskLoop() = default;
  // Begins `task`, which must not throw, and returns when it first waits or has ended. From outside of the tasks.
  virtual void Spawn(std::move_only_function<void()> task) = 0;
  // Waits until some task can go on, Wake was called, or at most so long, and lets go on who can.
  virtual void Turn(Duration at_most) = 0;
  // Ends a Turn, or the next one. From any thread.
  virtual void Wake() = 0;
  // Tasks that have begun and not ended.
  virtual std::size_t running() const = 0;
};

}  // namespace vams
