#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "backends/aws/events/batch_reply.h"
#include "base/result.h"
#include "ports/event_queue.h"

// Replies of SQS's JSON protocol. kBadReply with what is wrong for anything but a whole one.
namespace vams::aws {

// Of ReceiveMessage, asked for ApproximateReceiveCount.
Result<std::vector<QueueMessage>> ReadMessages(const nlohmann::ordered_json& reply);
// Of DeleteMessageBatch.
Result<BatchReply> ReadBatchReply(const nlohmann::ordered_json& reply);
// Of GetQueueAttributes, asked for the two approximate numbers.
Result<EventQueue::Depth> ReadDepth(const nlohmann::ordered_json& reply);
// Of GetQueueUrl.
Result<std::string> ReadQueueUrl(const nlohmann::ordered_json& reply);

}  // namespace vams::aws
