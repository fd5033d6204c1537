#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace vams {

// Tells how many events wait behind a topic. Safe for concurrent calls.
class EventBacklog {
 public:
  virtual ~EventBacklog() = default;

  // Events that wait or are being worked on in all queues behind `topic`, about; nullopt: nobody tells, because there
  // is no queue or it may not be looked at. For pacing and waiting, never for a verdict.
  virtual Result<std::optional<ItemCount>> Behind(std::string_view topic) = 0;
};

}  // namespace vams
