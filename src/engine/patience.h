#pragma once

#include <cstdint>

#include "base/clock.h"
#include "engine/flow_note.h"

namespace vams {

// How often one item has failed, and whether that is enough. A service that answers nobody says nothing about the item:
// only failures while others succeed count as its own, and answers that nobody can read, or very many over a very long
// time.
class Patience {
 public:
  // `others_succeeded`: meanwhile. False: it is to be given up.
  bool OnFailure(FailureClass cls, bool others_succeeded, Duration now, std::uint32_t most_tries) {
    if (failures_++ == 0) since_ = now;
    if (cls == FailureClass::kRefused) return false;
    own_ += cls == FailureClass::kUnreadable || (cls == FailureClass::kNoAnswer && others_succeeded);
    return own_ < most_tries && (failures_ < most_tries || now - since_ < kLongest);
  }
  std::uint32_t failures() const { return failures_; }

 private:
  static constexpr Duration kLongest = std::chrono::minutes(30);
  std::uint32_t failures_ = 0;
  std::uint32_t own_ = 0;
  Duration since_{0};
};

}  // namespace vams
