#include "backends/aws/events/aws_event_queue.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/events/queue_name.h"
#include "backends/aws/events/sqs_reply.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::hours;
using std::chrono::seconds;

constexpr std::uint64_t kMostMessages = 10;  // of one request
constexpr AwsClient::JsonProtocol kProtocol{.target = "AmazonSQS", .version = "1.0"};

Result<Json> CallSqs(const AwsClient& client, std::string_view operation, const Json& body, const std::string& arn) {
  // A receipt need not be UTF-8 where it comes from elsewhere: what SQS does not know it refuses.
  return client.CallJson(kProtocol, operation, body.dump(-1, ' ', false, Json::error_handler_t::replace), arn);
}

Error BadReplyOf(std::string_view operation, const Error& error) {
  Error bad = MakeError(ErrorCode::kBadReply, "the reply cannot be read: {}", error.message);
  bad.operation = "sqs:" + std::string(operation);
  return bad;
}

// A queue's name as a part of a file's.
std::string FileNameOf(std::string_view queue) {
  std::string name = "parked-";
  for (const char c : queue) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    name.push_back(plain ? c : '_');
  }
  return name + ".ndjson";
}

// FIFO queues refuse the receipt of an earlier delivery; standard ones accept it and remove nothing.
bool IsVoidReceipt(const BatchReply::Failed& failed) {
  return failed.code == "InvalidParameterValue" && failed.message.find("expired") != std::string::npos;
}

}  // namespace

AwsEventQueue::AwsEventQueue(std::shared_ptr<const AwsClient> client, std::string url, std::string arn,
                             std::optional<ParkedMessages> parked, const Clock& clock)
    : client_(std::move(client)),
      url_(std::move(url)),
      arn_(std::move(arn)),
      parked_(std::move(parked)),
      clock_(clock) {}

Result<std::unique_ptr<AwsEventQueue>> AwsEventQueue::Open(ClientOfRegion clients, const std::string& home_region,
                                                           std::string_view queue, const SqsOptions& options,
                                                           const Clock& clock) {
  TRY_ASSIGN(QueueName name, ReadQueueName(queue, home_region));
  TRY_ASSIGN(auto client, RegionalClients(std::move(clients)).Of(name.arn.region));
  std::string arn = FormatArn(name.arn);
  if (name.url.empty()) {
    Json body{{"QueueName", name.arn.resource}};
    if (!name.arn.account.empty()) body["QueueOwnerAWSAccountId"] = name.arn.account;
    TRY_ASSIGN(const Json reply, CallSqs(*client, "GetQueueUrl", body, arn));
    Result<std::string> url = ReadQueueUrl(reply);
    if (!url) return std::unexpected(BadReplyOf("GetQueueUrl", url.error()));
    name.url = std::move(*url);
  }
  std::optional<ParkedMessages> parked;
  if (!options.parked_directory.empty()) parked.emplace(options.parked_directory / FileNameOf(name.arn.resource));
  return std::unique_ptr<AwsEventQueue>(
      new AwsEventQueue(std::move(client), std::move(name.url), std::move(arn), std::move(parked), clock));
}

Result<std::vector<QueueMessage>> AwsEventQueue::Receive(ItemCount limit, Duration visibility) {
  if (limit.value == 0) return Fail(ErrorCode::kInvalid, "at least one message must be asked for");
  if (visibility < Duration{0} || visibility > hours(12)) {
    return Fail(ErrorCode::kInvalid, "SQS hides messages for 0 seconds to 12 hours");
  }
  const Json body{{"QueueUrl", url_},
                  {"MaxNumberOfMessages", std::min(limit.value, kMostMessages)},
                  {"VisibilityTimeout", std::chrono::ceil<seconds>(visibility).count()},
                  {"WaitTimeSeconds", 0},
                  {"AttributeNames", {"ApproximateReceiveCount"}}};
  TRY_ASSIGN(const Json reply, CallSqs(*client_, "ReceiveMessage", body, arn_));
  Result<std::vector<QueueMessage>> messages = ReadMessages(reply);
  if (!messages) return std::unexpected(BadReplyOf("ReceiveMessage", messages.error()));
  return messages;
}

Result<std::vector<Status>> AwsEventQueue::DeleteBatch(std::span<const std::string> receipts) {
  Json entries = Json::array();
  for (const std::string& receipt : receipts) {
    entries.push_back({{"Id", std::to_string(entries.size())}, {"ReceiptHandle", receipt}});
  }
  TRY_ASSIGN(const Json reply,
             CallSqs(*client_, "DeleteMessageBatch", {{"QueueUrl", url_}, {"Entries", std::move(entries)}}, arn_));
  Result<BatchReply> batch = ReadBatchReply(reply);
  if (!batch) return std::unexpected(BadReplyOf("DeleteMessageBatch", batch.error()));
  for (const BatchReply::Failed& failed : batch->failed) {
    if (IsVoidReceipt(failed)) batch->successful.push_back(failed.id);
  }
  std::erase_if(batch->failed, IsVoidReceipt);
  return StatusesOf(*batch, receipts.size(), "",
                    {.service = Service::kSqs, .operation = "DeleteMessageBatch", .resource = arn_});
}

Result<std::vector<Status>> AwsEventQueue::Delete(std::span<const std::string> receipts) {
  std::vector<Status> statuses;
  std::optional<Error> first;
  bool answered = receipts.empty();
  for (std::size_t at = 0; at < receipts.size(); at += kMostMessages) {
    const auto batch = receipts.subspan(at, std::min<std::size_t>(kMostMessages, receipts.size() - at));
    Result<std::vector<Status>> some = DeleteBatch(batch);
    answered = answered || some;
    if (!some) {
      if (!first) first = some.error();
      some = std::vector<Status>(batch.size(), std::unexpected(some.error()));
    }
    std::ranges::move(*some, std::back_inserter(statuses));
  }
  if (!answered) return std::unexpected(std::move(*first));
  return statuses;
}

Status AwsEventQueue::Park(const QueueMessage& message, std::string_view reason) {
  if (!parked_) {
    return Fail(ErrorCode::kUsage, "no directory is named for messages of {} that can never be handled", arn_);
  }
  TRY(parked_->Append(message.id, message.body, reason, clock_.Now()));
  TRY_ASSIGN(const std::vector<Status> deleted, Delete({&message.receipt, 1}));
  return deleted.front();
}

Result<EventQueue::Depth> AwsEventQueue::ApproximateDepth() {
  const Json body{{"QueueUrl", url_},
                  {"AttributeNames", {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"}}};
  TRY_ASSIGN(const Json reply, CallSqs(*client_, "GetQueueAttributes", body, arn_));
  Result<Depth> depth = ReadDepth(reply);
  if (!depth) return std::unexpected(BadReplyOf("GetQueueAttributes", depth.error()));
  return depth;
}

}  // namespace vams::aws
