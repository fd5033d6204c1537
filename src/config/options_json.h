#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/options.h"

namespace vams {

// The effective settings by the keys of the configuration file, for the log and the report's `configuration`. Holds no
// secret: none of the settings is one, and the user part of an endpoint URL is left out. What is absent is null.
nlohmann::ordered_json ToJson(const Options& options);

}  // namespace vams
