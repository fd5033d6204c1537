#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/mutex.h"

namespace vams {

// The one line at the bottom of a terminal that is overwritten in place. What else goes to the terminal is written
// inside Around(), so that the two do not mix. Safe for concurrent calls.
class StatusLine {
 public:
  explicit StatusLine(std::ostream& terminal) : terminal_(terminal) {}

  // Replaces the line. `text` holds no control characters and fits the terminal.
  void Show(std::string_view text) EXCLUDES(mu_);
  // Takes the line away.
  void Clear() EXCLUDES(mu_);
  // Leaves `text` as the last state of the line, on a line of its own.
  void Finish(std::string_view text) EXCLUDES(mu_);
  // Takes the line away, calls `write`, shows the line again.
  void Around(const std::function<void()>& write) EXCLUDES(mu_);

 private:
  void Draw() REQUIRES(mu_);
  void Erase() REQUIRES(mu_);

  Mutex mu_;
  std::ostream& terminal_ GUARDED_BY(mu_);
  std::string shown_ GUARDED_BY(mu_);
};

}  // namespace vams
