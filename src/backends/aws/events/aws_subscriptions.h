#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/regional_clients.h"
#include "base/result.h"

namespace vams::aws {

// What stands behind a topic of SNS. Safe for concurrent calls.
class AwsSubscriptions {
 public:
  explicit AwsSubscriptions(ClientOfRegion sns_clients);

  // The ARNs of the queues that are subscribed to the topic and confirmed, as SNS orders them. No topic: kNotFound; no
  // ARN of a topic: kUsage.
  Result<std::vector<std::string>> QueuesOf(std::string_view topic_arn);

 private:
  RegionalClients clients_;
};

}  // namespace vams::aws
