#pragma once

#include "backends/open.h"
#include "base/clock.h"
#include "base/result.h"

namespace vams {

// The ports on AWS, put together. See OpenDeployment.
Result<Deployment> OpenAws(const AwsOpenOptions& options, Clock& clock);

}  // namespace vams
