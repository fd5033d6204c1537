#pragma once

#include <optional>

#include "base/clock.h"

namespace vams {

// Lets at most one line through in every `every`. One thread.
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
