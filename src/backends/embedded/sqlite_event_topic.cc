#include "backends/embedded/sqlite_event_topic.h"

#include <algorithm>

#include "base/text.h"

namespace vams::embedded {
namespace {

constexpr std::size_t kMaxSubject = 99;  // characters; SNS: "less than 100"

Status CheckMessage(const TopicMessage& message) {
  if (message.body.empty()) return Fail(ErrorCode::kInvalid, "a message must have a body");
  if (!IsUtf8(message.body)) return Fail(ErrorCode::kInvalid, "the body of a message is not UTF-8");
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (!IsUtf8(message.subject) || CountCodePoints(message.subject) > kMaxSubject ||
      std::ranges::any_of(message.subject, is_control)) {
    return Fail(ErrorCode::kInvalid, "a subject has at most {} characters and no control characters", kMaxSubject);
  }
  return {};
}

Result<std::vector<std::int64_t>> SubscribedQueues(Connection& c, std::string_view topic) {
  TRY_ASSIGN(Statement find, c.Prepare("SELECT id FROM topics WHERE name=?1"));
  TRY_ASSIGN(const bool found, find.Text(1, topic).Step());
  if (!found) return Fail(ErrorCode::kNotFound, "there is no topic '{}'", Printable(topic));
  TRY_ASSIGN(Statement query, c.Prepare("SELECT queue FROM subscriptions WHERE topic=?1"));
  query.Int(1, find.ColumnInt(0));
  std::vector<std::int64_t> queues;
  for (;;) {
    TRY_ASSIGN(const bool row, query.Step());
    if (!row) return queues;
    queues.push_back(query.ColumnInt(0));
  }
}

}  // namespace

PublishLimits SqliteEventTopic::limits() const { return {ItemCount{1000}, Bytes{std::uint64_t{4} << 20}}; }

Result<std::vector<Status>> SqliteEventTopic::PublishBatch(std::string_view topic,
                                                           std::span<const TopicMessage> messages) {
  std::vector<Status> statuses;
  statuses.reserve(messages.size());
  std::uint64_t bytes = 0;
  std::int64_t valid = 0;
  for (const TopicMessage& message : messages) {
    bytes += message.subject.size() + message.body.size();
    statuses.push_back(CheckMessage(message));
    valid += statuses.back() ? 1 : 0;
  }
  if (messages.size() > limits().entries.value || bytes > limits().bytes.value) {
    return Fail(ErrorCode::kTooLarge, "{} messages of {} bytes together are more than one batch may hold",
                messages.size(), bytes);
  }
  TRY(directory_->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(const auto queues, SubscribedQueues(c, topic));
    TRY_ASSIGN(Statement message, c.Prepare("INSERT INTO messages(body) VALUES(?1)"));
    TRY_ASSIGN(Statement delivery,
               c.Prepare("INSERT INTO deliveries(queue, visible_at, message, receives) VALUES(?1, 0, ?2, 0)"));
    TRY_ASSIGN(Statement count, c.Prepare("UPDATE queues SET messages=messages+?2 WHERE id=?1"));
    for (const std::int64_t queue : queues) {
      for (std::size_t i = 0; i < messages.size(); ++i) {
        if (!statuses[i]) continue;
        TRY(message.Text(1, messages[i].body).Run());
        TRY(delivery.Int(1, queue).Int(2, c.LastInsertId()).Run());
      }
      TRY(count.Int(1, queue).Int(2, valid).Run());
    }
    return {};
  }));
  return statuses;
}

}  // namespace vams::embedded
