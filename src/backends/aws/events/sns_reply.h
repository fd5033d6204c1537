#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/events/batch_reply.h"
#include "base/result.h"

// Replies of SNS's query protocol. kBadReply with what is wrong for anything but a whole one.
namespace vams::aws {

Result<BatchReply> ReadPublishBatchReply(std::string_view body);

struct Subscription {
  std::string protocol;  // "sqs", "lambda", "email", ...
  std::string endpoint;  // of protocol sqs: the queue's ARN
  bool confirmed = true;
};
struct SubscriptionPage {
  std::vector<Subscription> subscriptions;
  std::string next_token;  // "": this was the last page
};
// A reply of ListSubscriptionsByTopic.
Result<SubscriptionPage> ReadSubscriptions(std::string_view body);

}  // namespace vams::aws
