#pragma once

#include <optional>

#include "base/clock.h"
#include "engine/flow_note.h"
#include "run/context/context.h"

namespace vams {

// The highest rate that the settings allow, nullopt: none. `sns_publish_delay` is the least mean time per event of one
// worker, so it bounds events only, at workers / delay; `max_rate` bounds events and touches.
std::optional<PerSecond> EffectiveRate(const Options& options, bool for_events);

// Requests in flight of one phase where the settings do not say: what they take of memory is their connections, each
// with the buffers of libcurl, and a stack.
inline constexpr std::size_t kMostRequests = 256;

// Tells a person that a service has gone down or is there again.
void TellOutage(Log& log, const FlowNote& note);

// Sleeps in small steps, so that a stop is heeded soon.
void Pause(const RunContext& run, Duration how_long);

// Lets a line through at most once in a while. One thread.
class LineThrottle {
 public:
  explicit LineThrottle(Duration every) : every_(every) {}
  bool Due(const Clock& clock) {
    const Duration now = clock.Elapsed();
    if (last_ && now - *last_ < every_) return false;
    last_ = now;
    return true;
  }

 private:
  Duration every_;
  std::optional<Duration> last_;
};

}  // namespace vams
