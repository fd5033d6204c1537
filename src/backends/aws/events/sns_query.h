#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/aws/arn.h"
#include "backends/aws/aws_client.h"
#include "base/result.h"
#include "ports/event_topic.h"

namespace vams::aws {

// A topic's ARN. kUsage: it is none.
Result<Arn> ReadTopicArn(std::string_view text);

// A request of SNS's query protocol: a form with Action, Version and `parameters`, in that order.
HttpRequest SnsRequest(const AwsClient& client, std::string_view action, std::string resource,
                       const std::vector<std::pair<std::string, std::string>>& parameters);

// PublishBatch to `topic` with the messages at `sent`, whose ids are "0", "1", ... in that order.
HttpRequest PublishBatchRequest(const AwsClient& client, std::string_view topic, std::span<const TopicMessage> messages,
                                std::span<const std::size_t> sent);

// The error for a 2xx reply that could not be read: what the service says in it, or kBadReply with `what`.
Error UnreadableReply(const HttpReply& reply, const Call& call, std::string_view what);

}  // namespace vams::aws
