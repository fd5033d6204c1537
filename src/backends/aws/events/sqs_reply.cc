#include "backends/aws/events/sqs_reply.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

Result<std::string> Text(const Json& object, const char* name) {
  if (object.is_object()) {
    const auto member = object.find(name);
    if (member != object.end() && member->is_string()) return member->get<std::string>();
  }
  return Fail(ErrorCode::kBadReply, "there is no text '{}' where one is expected", name);
}

// A number that SQS writes as text.
template <class T>
Result<T> Number(const Json& attributes, const char* name) {
  TRY_ASSIGN(const std::string text, Text(attributes, name));
  T n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return Fail(ErrorCode::kBadReply, "{} is '{}'", name, Printable(text));
  }
  return n;
}

// The list of that name; an empty one where it is absent or null, which is how SQS says "none".
Result<Json> List(const Json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return Json::array();
  if (!member->is_array()) return Fail(ErrorCode::kBadReply, "{} is no list", name);
  return *member;
}

Result<QueueMessage> ReadMessage(const Json& json) {
  QueueMessage message;
  TRY_ASSIGN(message.id, Text(json, "MessageId"));
  TRY_ASSIGN(message.receipt, Text(json, "ReceiptHandle"));
  TRY_ASSIGN(message.body, Text(json, "Body"));
  const auto attributes = json.find("Attributes");
  if (attributes == json.end()) return Fail(ErrorCode::kBadReply, "a message has no Attributes");
  TRY_ASSIGN(message.receive_count, Number<std::uint32_t>(*attributes, "ApproximateReceiveCount"));
  return message;
}

}  // namespace

Result<std::vector<QueueMessage>> ReadMessages(const Json& reply) {
  TRY_ASSIGN(const Json list, List(reply, "Messages"));
  std::vector<QueueMessage> messages;
  for (const Json& json : list) {
    TRY_ASSIGN(QueueMessage message, ReadMessage(json));
    messages.push_back(std::move(message));
  }
  return messages;
}

Result<BatchReply> ReadBatchReply(const Json& reply) {
  BatchReply batch;
  TRY_ASSIGN(const Json successful, List(reply, "Successful"));
  for (const Json& json : successful) {
    TRY_ASSIGN(std::string id, Text(json, "Id"));
    batch.successful.push_back(std::move(id));
  }
  TRY_ASSIGN(const Json failed, List(reply, "Failed"));
  for (const Json& json : failed) {
    BatchReply::Failed entry;
    TRY_ASSIGN(entry.id, Text(json, "Id"));
    TRY_ASSIGN(entry.code, Text(json, "Code"));
    if (const auto message = json.find("Message"); message != json.end() && message->is_string()) {
      entry.message = message->get<std::string>();
    }
    const auto fault = json.find("SenderFault");
    if (fault == json.end() || !fault->is_boolean()) return Fail(ErrorCode::kBadReply, "a failure has no SenderFault");
    entry.sender_fault = fault->get<bool>();
    batch.failed.push_back(std::move(entry));
  }
  return batch;
}

Result<EventQueue::Depth> ReadDepth(const Json& reply) {
  const auto attributes = reply.find("Attributes");
  if (attributes == reply.end()) return Fail(ErrorCode::kBadReply, "it has no Attributes");
  EventQueue::Depth depth;
  TRY_ASSIGN(depth.visible, Number<std::uint64_t>(*attributes, "ApproximateNumberOfMessages"));
  TRY_ASSIGN(depth.in_flight, Number<std::uint64_t>(*attributes, "ApproximateNumberOfMessagesNotVisible"));
  return depth;
}

Result<std::string> ReadQueueUrl(const Json& reply) {
  TRY_ASSIGN(std::string url, Text(reply, "QueueUrl"));
  if (url.empty()) return Fail(ErrorCode::kBadReply, "QueueUrl is empty");
  return url;
}

}  // namespace vams::aws
