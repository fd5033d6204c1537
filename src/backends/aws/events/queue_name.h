#pragma once

#include <string>
#include <string_view>

#include "backends/aws/arn.h"
#include "base/result.h"

namespace vams::aws {

// A queue of SQS as somebody named it.
struct QueueName {
  std::string url;  // "" where only the ARN is known: GetQueueUrl tells it
  Arn arn;          // for hints; "" as account where the URL has none
};

// Reads a URL (https://sqs.eu-west-1.amazonaws.com/123456789012/name) or an ARN. The region of a URL that does not tell
// it is `home_region`. kUsage: neither.
Result<QueueName> ReadQueueName(std::string_view text, const std::string& home_region);

}  // namespace vams::aws
