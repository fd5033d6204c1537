#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"
#include "config/options.h"

namespace vams {

// Requests in flight of one phase where `max_workers` is absent: what they take of memory is their connections, each
// with the buffers of libcurl, and a stack.
inline constexpr std::size_t kMaxRequestsInFlight = 256;

// The highest rate that the settings allow, nullopt: none. `sns_publish_delay` is the least mean time per event of one
// worker, so it bounds events only, at workers / delay; `max_rate` bounds events and touches.
std::optional<PerSecond> EffectiveRate(const Options& options, bool for_events);

}  // namespace vams
