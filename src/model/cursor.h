#pragma once

#include <string>

namespace vams {

// Where a paged read goes on. Opaque: only the port that gave it reads it. It stays good across processes.
struct Cursor {
  std::string token;
  bool operator==(const Cursor&) const = default;
};

}  // namespace vams
