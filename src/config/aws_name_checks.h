#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"

namespace vams {

struct WrongAwsName {
  std::string_view key;  // of the configuration
  std::string message;   // what was expected and found
};

// Names of a deployment on AWS that no service would take or that contradict each other. What is not set is no mistake.
std::vector<WrongAwsName> CheckAwsNames(const Options& options);

}  // namespace vams
