#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace vams {

// Reads configuration parameters by name (SSM on AWS). Safe for concurrent calls.
class Parameters {
 public:
  virtual ~Parameters() = default;
  // One answer for each name, in order; nullopt: no such parameter, a success.
  virtual Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> names) = 0;
};

}  // namespace vams
