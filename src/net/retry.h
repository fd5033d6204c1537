#pragma once

#include <functional>

#include "base/clock.h"
#include "net/http.h"

namespace vams {

// The two modes of the AWS SDKs (docs/reference/aws-facts.md section 2). Adaptive also limits the rate once a service
// throttles.
enum class RetryMode { kStandard, kAdaptive };

struct RetryOptions {
  RetryMode mode = RetryMode::kStandard;
  int max_attempts = 0;  // the first try included; 0 is the SDKs' default: 4 for DynamoDB, 3 for others
};

// A number in [0, 1). Safe for concurrent calls.
using Random01 = std::function<double()>;
// Seeded from the operating system.
Random01 SystemRandom();

// One failed try that will be repeated, for counters and logs.
struct TriedAgain {
  const Call& call;
  int attempt;  // the one that failed, from 1
  bool throttled;
  Duration pause;
};

}  // namespace vams
