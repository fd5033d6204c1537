#pragma once

#include <string>
#include <utility>
#include <vector>

#include "run/options.h"

namespace vams {

// The effective settings for the report, in the configuration file's order and words. Holds no secret: there is none in
// them.
std::vector<std::pair<std::string, std::string>> EchoConfiguration(const Options& options);

}  // namespace vams
