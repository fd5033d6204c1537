#include "backends/aws/events/aws_event_topic.h"

#include <algorithm>
#include <utility>

#include "backends/aws/events/sns_query.h"
#include "backends/aws/events/sns_reply.h"
#include "base/text.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

// docs/reference/aws-facts.md, section 5.
constexpr PublishLimits kLimits{ItemCount{10}, Bytes{262144}};
constexpr std::size_t kMaxSubject = 99;  // characters; SNS: "less than 100"

// `passed`: a subject that was found good.
Status CheckMessage(const TopicMessage& message, std::string_view passed) {
  if (message.body.empty()) return Fail(ErrorCode::kInvalid, "a message must have a body");
  if (!IsUtf8(message.body)) return Fail(ErrorCode::kInvalid, "the body of a message is not UTF-8");
  if (message.subject == passed) return {};
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  const bool too_long = message.subject.size() > kMaxSubject && CountCodePoints(message.subject) > kMaxSubject;
  if (too_long || !IsUtf8(message.subject) || std::ranges::any_of(message.subject, is_control)) {
    return Fail(ErrorCode::kInvalid, "a subject has at most {} characters and no control characters", kMaxSubject);
  }
  return {};
}

Status CheckLimits(std::span<const TopicMessage> messages) {
  std::uint64_t bytes = 0;
  for (const TopicMessage& message : messages) bytes += message.subject.size() + message.body.size();
  if (messages.size() <= kLimits.entries.value && bytes <= kLimits.bytes.value) return {};
  return Fail(ErrorCode::kTooLarge, "{} messages of {} bytes together are more than one batch may hold",
              messages.size(), bytes);
}

}  // namespace

AwsEventTopic::AwsEventTopic(ClientOfRegion clients) : clients_(std::move(clients)) {}

PublishLimits AwsEventTopic::limits() const { return kLimits; }

Result<std::vector<Status>> AwsEventTopic::PublishBatch(std::string_view topic,
                                                        std::span<const TopicMessage> messages) {
  TRY_ASSIGN(const Arn arn, ReadTopicArn(topic));
  if (arn.resource.ends_with(".fifo")) {
    return std::unexpected(MakeError(ErrorCode::kUsage, "'{}' is a FIFO topic", topic)
                               .WithHint("events of S3 cannot go to FIFO topics: name the standard topic that the "
                                         "bucket notifies"));
  }
  TRY(CheckLimits(messages));
  std::vector<Status> statuses;
  statuses.reserve(messages.size());
  std::vector<std::size_t> sent;  // the indexes of the messages that go out; their ids count from 0
  std::string_view passed;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    statuses.push_back(CheckMessage(messages[i], passed));
    if (!statuses.back()) continue;
    sent.push_back(i);
    passed = messages[i].subject;
  }
  if (sent.empty()) return statuses;

  TRY_ASSIGN(const auto client, clients_.Of(arn.region));
  HttpRequest request = PublishBatchRequest(*client, topic, messages, sent);
  // After a lost reply the caller decides whether a second copy may go out, and counts it.
  request.idempotency = Idempotency::kNo;
  TRY_ASSIGN(const HttpReply http, client->Send(request));
  const Result<BatchReply> reply = ReadPublishBatchReply(http.body);
  if (!reply) {
    Error error = UnreadableReply(http, request.call, reply.error().message);
    error.retryable = error.retryable || error.code == ErrorCode::kBadReply;
    return std::unexpected(std::move(error));
  }
  std::vector<Status> said = StatusesOf(*reply, sent.size(), RequestId(http), request.call);
  for (std::size_t i = 0; i < sent.size(); ++i) statuses[sent[i]] = std::move(said[i]);
  return statuses;
}

}  // namespace vams::aws
