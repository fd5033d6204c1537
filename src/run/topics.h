#pragma once

#include <string>

#include "base/result.h"
#include "run/context.h"

namespace vams {

// The topic to which events of `bucket` go (SPEC section 7.4, hazard H4). An embedded VAMS always tells itself.
Result<std::string> TopicOf(const RunContext& run, const std::string& bucket);

}  // namespace vams
