#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "testing/rig/event_message.h"
#include "testing/rig/service.h"

namespace vams::rig {
namespace {

constexpr std::string_view kXml = "text/xml";
constexpr std::size_t kMostEntries = 10;
constexpr std::size_t kMostBytes = 262'144;
constexpr std::string_view kEntry = "PublishBatchRequestEntries.member.";
constexpr std::string_view kTopic = "vams-rig-topic-";

void RefuseSns(Reply& reply, std::string_view code, std::string_view message) {
  const int status = code == "NotFound" ? 404 : 400;
  reply.Refuse(
      status, kXml,
      fmt::format("<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>"
                  "<Code>{}</Code><Message>{}</Message></Error><RequestId>rig</RequestId></ErrorResponse>",
                  code, message));
}

struct Entry {
  std::string_view id;       // as sent
  std::string_view message;  //
};

struct Batch {
  std::array<Entry, kMostEntries> entries;
  std::size_t count = 0;
  std::string_view refused;  // with this code; "": not
};

Batch ReadBatch(std::string_view form) {
  Batch batch;
  while (!form.empty()) {
    const std::size_t end = form.find('&');
    std::string_view pair = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    if (!pair.starts_with(kEntry)) continue;
    pair.remove_prefix(kEntry.size());
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(pair.data(), pair.data() + pair.size(), number);
    pair.remove_prefix(static_cast<std::size_t>(rest - pair.data()));
    if (error != std::errc() || number == 0 || number > kMostEntries) {
      batch.refused = number > kMostEntries ? "TooManyEntriesInBatchRequest" : "InvalidParameter";
      return batch;
    }
    batch.count = std::max(batch.count, number);
    Entry& entry = batch.entries[number - 1];
    if (pair.starts_with(".Id=")) entry.id = pair.substr(4);
    if (pair.starts_with(".Message=")) entry.message = pair.substr(9);
  }
  if (batch.count == 0) batch.refused = "EmptyBatchRequest";
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batch.count; ++i) {
    if (batch.entries[i].id.empty()) batch.refused = "InvalidBatchEntryId";
    const std::string_view message = batch.entries[i].message;
    if (message.empty()) batch.refused = "InvalidParameter";
    bytes += message.size() - 2 * static_cast<std::size_t>(std::ranges::count(message, '%'));
    if (bytes > kMostBytes) batch.refused = "BatchRequestTooLong";
    for (std::size_t other = 0; other < i; ++other) {
      if (batch.entries[other].id == batch.entries[i].id) batch.refused = "BatchEntryIdsNotDistinct";
    }
  }
  return batch;
}

void Take(const Serving& serving, std::uint64_t topic, std::string_view message) {
  World& world = serving.world;
  EventObject object;
  std::optional<FilePlace> place;
  if (ReadEventObject(message, object)) {
    const auto bucket = world.deployment().FindBucket(object.bucket);
    if (bucket) place = world.deployment().FindKey(*bucket, object.key);
  }
  if (!place) {
    ++world.counters.unknown_keys;
  } else if (place->bucket != topic) {
    ++world.counters.wrong_topics;
  } else {
    world.TakeEvent(world.deployment().FileNumber(*place), serving.now);
  }
}

void AppendMessageId(const World& world, std::string& body) {
  // As long as a real one.
  body += fmt::format("<MessageId>00000000-0000-4000-8000-{:012d}</MessageId>", world.counters.events);
}

void PublishBatch(const Serving& serving, std::uint64_t topic, const Request& request, Reply& reply) {
  const Batch batch = ReadBatch(request.body);
  if (!batch.refused.empty()) return RefuseSns(reply, batch.refused, "The batch is not one that is taken");
  std::string failed;
  std::string& body = reply.body;
  body = "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult><Successful>";
  for (std::size_t i = 0; i < batch.count; ++i) {
    const Entry& entry = batch.entries[i];
    serving.scratch.clear();
    AppendDecoded(entry.message, /*plus_is_space=*/true, serving.scratch);
    if (serving.entry_fails()) {
      ++serving.world.counters.failed_entries;
      failed += fmt::format(
          "<member><Id>{}</Id><Code>InternalError</Code><Message>try again</Message>"
          "<SenderFault>false</SenderFault></member>",
          entry.id);
      continue;
    }
    Take(serving, topic, serving.scratch);
    body += "<member><Id>";
    body += entry.id;
    body += "</Id>";
    AppendMessageId(serving.world, body);
    body += "</member>";
  }
  body += "</Successful><Failed>";
  body += failed;
  body +=
      "</Failed></PublishBatchResult><ResponseMetadata><RequestId>rig</RequestId></ResponseMetadata>"
      "</PublishBatchResponse>";
  reply.type = kXml;
}

void Publish(const Serving& serving, std::uint64_t topic, const Request& request, Reply& reply) {
  const auto message = Parameter(request.body, "Message");
  if (!message || message->empty()) return RefuseSns(reply, "InvalidParameter", "Empty message");
  Take(serving, topic, *message);
  reply.type = kXml;
  reply.body = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>";
  AppendMessageId(serving.world, reply.body);
  reply.body += "</PublishResult><ResponseMetadata><RequestId>rig</RequestId></ResponseMetadata></PublishResponse>";
}

std::optional<std::uint64_t> FindTopic(const Deployment& deployment, std::string_view arn) {
  const std::string before = fmt::format("arn:aws:sns:{}:{}:{}", kRegion, kAccount, kTopic);
  if (!arn.starts_with(before)) return std::nullopt;
  return deployment.FindBucket(fmt::format("vams-rig-bucket-{}", arn.substr(before.size())));
}

}  // namespace

std::string TopicArn(std::uint64_t bucket) {
  return fmt::format("arn:aws:sns:{}:{}:{}{}", kRegion, kAccount, kTopic, bucket);
}

std::uint64_t EventsOf(const Request& request) {
  std::uint64_t events = 0;
  std::string_view form = request.body;
  for (std::size_t at = form.find("Message="); at != std::string_view::npos; at = form.find("Message=", at + 1))
    ++events;
  return events;
}

void ServeSns(const Serving& serving, Operation operation, const Request& request, Reply& reply) {
  const std::string arn = Parameter(request.body, "TopicArn").value_or("");
  const auto topic = FindTopic(serving.world.deployment(), arn);
  if (!topic) return RefuseSns(reply, "NotFound", "Topic does not exist");
  switch (operation) {
    case Operation::kPublishBatch: return PublishBatch(serving, *topic, request, reply);
    case Operation::kPublish: return Publish(serving, *topic, request, reply);
    case Operation::kGetTopicAttributes:
      reply.type = kXml;
      reply.body = fmt::format(
          "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><GetTopicAttributesResult>"
          "<Attributes><entry><key>TopicArn</key><value>{}</value></entry></Attributes></GetTopicAttributesResult>"
          "<ResponseMetadata><RequestId>rig</RequestId></ResponseMetadata></GetTopicAttributesResponse>",
          arn);
      return;
    default: break;
  }
  reply.type = kXml;
  reply.body = fmt::format(
      "<ListSubscriptionsByTopicResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
      "<ListSubscriptionsByTopicResult><Subscriptions><member><TopicArn>{0}</TopicArn><Protocol>sqs</Protocol>"
      "<SubscriptionArn>{0}:00000000-0000-4000-8000-000000000001</SubscriptionArn><Owner>{1}</Owner>"
      "<Endpoint>arn:aws:sqs:{2}:{1}:vams-rig-queue-{3}</Endpoint></member></Subscriptions>"
      "</ListSubscriptionsByTopicResult><ResponseMetadata><RequestId>rig</RequestId></ResponseMetadata>"
      "</ListSubscriptionsByTopicResponse>",
      arn, kAccount, kRegion, *topic);
}

}  // namespace vams::rig
