#include "backends/embedded/sqlite_event_queue.h"

#include <algorithm>
#include <charconv>

#include "backends/embedded/cursors.h"

namespace vams::embedded {
namespace {

constexpr std::uint64_t kMaxReceive = 1000;

// Where a delivery stands in the table. A later delivery of the message has another `receives` and mostly another time.
struct Receipt {
  std::int64_t message = 0;
  std::int64_t visible_at = 0;
  std::int64_t receives = 0;
};

std::string ToText(const Receipt& r) { return fmt::format("{}.{}.{}", r.message, r.visible_at, r.receives); }

std::optional<Receipt> ParseReceipt(std::string_view text) {
  Receipt receipt;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::int64_t* field : {&receipt.message, &receipt.visible_at, &receipt.receives}) {
    if (field != &receipt.message) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, *field);
    if (error != std::errc{}) return std::nullopt;
    at = next;
  }
  return at == end ? std::optional(receipt) : std::nullopt;
}

Status CountDown(Connection& c, std::int64_t queue, std::int64_t removed) {
  if (removed == 0) return {};
  TRY_ASSIGN(Statement count, c.Prepare("UPDATE queues SET messages=messages-?2 WHERE id=?1"));
  return count.Int(1, queue).Int(2, removed).Run();
}

}  // namespace

Result<std::unique_ptr<SqliteEventQueue>> SqliteEventQueue::Open(std::shared_ptr<VamsDirectory> directory,
                                                                 std::string_view name) {
  TRY_ASSIGN(const std::int64_t id, directory->tables().Read([&](Connection& c) -> Result<std::int64_t> {
    TRY_ASSIGN(Statement query, c.Prepare("SELECT id FROM queues WHERE name=?1"));
    TRY_ASSIGN(const bool row, query.Text(1, name).Step());
    if (!row) return Fail(ErrorCode::kNotFound, "there is no queue '{}'", name);
    return query.ColumnInt(0);
  }));
  return std::unique_ptr<SqliteEventQueue>(new SqliteEventQueue(std::move(directory), id));
}

Result<std::vector<QueueMessage>> SqliteEventQueue::Receive(ItemCount limit, Duration visibility) {
  TRY(CheckLimit(limit));
  const std::int64_t now = ToMicros(directory_->clock().Now());
  // Polling an empty queue must not keep writers waiting.
  TRY_ASSIGN(const bool any, directory_->tables().Read([&](Connection& c) -> Result<bool> {
    TRY_ASSIGN(Statement query, c.Prepare("SELECT 1 FROM deliveries WHERE queue=?1 AND visible_at<=?2 LIMIT 1"));
    return query.Int(1, queue_).Int(2, now).Step();
  }));
  if (!any) return std::vector<QueueMessage>{};

  return directory_->tables().Write([&](Connection& c) -> Result<std::vector<QueueMessage>> {
    std::vector<QueueMessage> messages;
    std::uint64_t bytes = 0;
    Receipt last;
    const std::int64_t hidden_until = now + std::max<std::int64_t>(0, visibility.count());
    std::vector<Receipt> moved;
    {
      TRY_ASSIGN(Statement query,
                 c.Prepare("SELECT d.visible_at, d.message, d.receives, m.body FROM deliveries d JOIN messages m "
                           "ON m.id=d.message WHERE d.queue=?1 AND d.visible_at<=?2 "
                           "ORDER BY d.visible_at, d.message LIMIT ?3"));
      query.Int(1, queue_).Int(2, now).Int(3, static_cast<std::int64_t>(std::min(limit.value, kMaxReceive)));
      while (bytes < kPageBytes.value) {
        TRY_ASSIGN(const bool row, query.Step());
        if (!row) break;
        last = {query.ColumnInt(1), query.ColumnInt(0), 0};
        const Receipt receipt{last.message, hidden_until, query.ColumnInt(2) + 1};
        moved.push_back(receipt);
        bytes += query.ColumnText(3).size();
        messages.push_back({std::to_string(receipt.message), ToText(receipt), std::string(query.ColumnText(3)),
                            static_cast<std::uint32_t>(receipt.receives)});
      }
    }
    if (moved.empty()) return messages;  // another receiver was faster
    // They are the first ones of the queue: one range.
    TRY_ASSIGN(Statement take,
               c.Prepare("DELETE FROM deliveries WHERE queue=?1 AND (visible_at, message) <= (?2, ?3)"));
    TRY(take.Int(1, queue_).Int(2, last.visible_at).Int(3, last.message).Run());
    TRY_ASSIGN(Statement hide,
               c.Prepare("INSERT INTO deliveries(queue, visible_at, message, receives) VALUES(?1, ?2, ?3, ?4)"));
    for (const Receipt& r : moved) {
      TRY(hide.Int(1, queue_).Int(2, r.visible_at).Int(3, r.message).Int(4, r.receives).Run());
    }
    return messages;
  });
}

Result<std::vector<Status>> SqliteEventQueue::Delete(std::span<const std::string> receipts) {
  std::vector<Status> statuses(receipts.size());
  TRY(directory_->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(Statement delivery, c.Prepare("DELETE FROM deliveries WHERE queue=?1 AND visible_at=?2 AND message=?3 "
                                             "AND receives=?4"));
    TRY_ASSIGN(Statement message, c.Prepare("DELETE FROM messages WHERE id=?1"));
    std::int64_t removed = 0;
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      const auto receipt = ParseReceipt(receipts[i]);
      if (!receipt) {
        statuses[i] = Fail(ErrorCode::kInvalid, "'{}' is no receipt of this queue", receipts[i]);
        continue;
      }
      TRY(delivery.Int(1, queue_).Int(2, receipt->visible_at).Int(3, receipt->message).Int(4, receipt->receives).Run());
      if (c.Changes() == 0) continue;
      TRY(message.Int(1, receipt->message).Run());
      ++removed;
    }
    return CountDown(c, queue_, removed);
  }));
  return statuses;
}

Status SqliteEventQueue::Park(const QueueMessage& message, std::string_view reason) {
  const auto receipt = ParseReceipt(message.receipt);
  if (!receipt) return Fail(ErrorCode::kInvalid, "'{}' is no receipt of this queue", message.receipt);
  return directory_->tables().Write([&](Connection& c) -> Status {
    // By message, not by receipt: what can never be handled cannot be by the next receiver either.
    TRY_ASSIGN(Statement delivery, c.Prepare("DELETE FROM deliveries WHERE queue=?1 AND visible_at=?2 AND message=?3"));
    TRY(delivery.Int(1, queue_).Int(2, receipt->visible_at).Int(3, receipt->message).Run());
    if (c.Changes() == 0) {
      TRY_ASSIGN(Statement any, c.Prepare("DELETE FROM deliveries WHERE queue=?1 AND message=?2"));
      TRY(any.Int(1, queue_).Int(2, receipt->message).Run());
      if (c.Changes() == 0) return {};  // handled or parked by another receiver
    }
    TRY_ASSIGN(Statement park, c.Prepare("INSERT INTO parked(origin, body, reason, parked_at) "
                                         "SELECT 'queue', body, ?2, ?3 FROM messages WHERE id=?1"));
    TRY(park.Int(1, receipt->message).Text(2, reason).Int(3, ToMicros(directory_->clock().Now())).Run());
    TRY_ASSIGN(Statement remove, c.Prepare("DELETE FROM messages WHERE id=?1"));
    TRY(remove.Int(1, receipt->message).Run());
    return CountDown(c, queue_, 1);
  });
}

Result<std::int64_t> SqliteEventQueue::InFlight(Connection& c, std::int64_t now) const {
  TRY_ASSIGN(Statement query, c.Prepare("SELECT count(*) FROM deliveries WHERE queue=?1 AND visible_at>?2"));
  TRY(query.Int(1, queue_).Int(2, now).Step());
  return query.ColumnInt(0);
}

Result<EventQueue::Depth> SqliteEventQueue::ApproximateDepth() {
  const std::int64_t now = ToMicros(directory_->clock().Now());
  return directory_->tables().Read([&](Connection& c) -> Result<Depth> {
    TRY_ASSIGN(const std::int64_t hidden, InFlight(c, now));
    TRY_ASSIGN(Statement query, c.Prepare("SELECT messages FROM queues WHERE id=?1"));
    TRY(query.Int(1, queue_).Step());
    return Depth{static_cast<std::uint64_t>(query.ColumnInt(0) - hidden), static_cast<std::uint64_t>(hidden)};
  });
}

Status SqliteEventQueue::Purge() {
  return directory_->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(Statement messages,
               c.Prepare("DELETE FROM messages WHERE id IN (SELECT message FROM deliveries WHERE queue=?1)"));
    TRY(messages.Int(1, queue_).Run());
    TRY_ASSIGN(Statement deliveries, c.Prepare("DELETE FROM deliveries WHERE queue=?1"));
    TRY(deliveries.Int(1, queue_).Run());
    TRY_ASSIGN(Statement count, c.Prepare("UPDATE queues SET messages=0 WHERE id=?1"));
    return count.Int(1, queue_).Run();
  });
}

}  // namespace vams::embedded
