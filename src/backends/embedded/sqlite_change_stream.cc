#include "backends/embedded/sqlite_change_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "backends/embedded/cursors.h"

namespace vams::embedded {
namespace {

constexpr std::string_view kShard = "changes";
constexpr char kCursorKind = 's';
// A consumer that confirms nothing for so long holds no records back any more (DynamoDB keeps them for as long).
constexpr std::chrono::hours kRetention{24};

Status CheckShard(const std::string& shard) {
  if (shard != kShard) return Fail(ErrorCode::kNotFound, "the stream has no shard '{}'", shard);
  return {};
}

Item KeysOf(ChangedTable table, std::string_view hash_key, std::string_view range_key) {
  Item keys;
  if (table == ChangedTable::kLinks) {
    keys.Set("assetLinkId", std::string(hash_key));
  } else {
    keys.Set("databaseId", std::string(hash_key));
    keys.Set("assetId", std::string(range_key));
  }
  return keys;
}

std::string_view TableName(ChangedTable table) {
  switch (table) {
    case ChangedTable::kAssets: return "assets";
    case ChangedTable::kMetadata: return "metadata";
    case ChangedTable::kLinks: return "links";
  }
  return "assets";
}

std::string_view KindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kInsert: return "INSERT";
    case ChangeKind::kModify: return "MODIFY";
    case ChangeKind::kRemove: return "REMOVE";
  }
  return "MODIFY";
}

// The numbers are given without gaps: an insert that is undone gives its number back.
Result<std::int64_t> LastNumber(Connection& c) {
  return c.ReadInt("SELECT seq FROM sqlite_sequence WHERE name='changes'");
}

Status MoveCheckpoint(Connection& c, const std::string& consumer, std::int64_t position, std::int64_t now) {
  TRY_ASSIGN(Statement save,
             c.Prepare("INSERT INTO checkpoints(consumer, seq, saved_at) VALUES(?1, ?2, ?3) ON CONFLICT(consumer) DO "
                       "UPDATE SET seq=max(seq, excluded.seq), saved_at=max(saved_at, excluded.saved_at)"));
  TRY(save.Text(1, consumer).Int(2, position).Int(3, now).Run());
  TRY_ASSIGN(Statement trim,
             c.Prepare("DELETE FROM changes WHERE seq <= (SELECT min(seq) FROM checkpoints WHERE saved_at >= ?1)"));
  return trim.Int(1, now - std::chrono::duration_cast<Duration>(kRetention).count()).Run();
}

}  // namespace

Result<std::vector<std::string>> SqliteChangeStream::Shards() { return std::vector<std::string>{std::string(kShard)}; }

Result<ChangePage> SqliteChangeStream::Read(const std::string& shard, const std::optional<Cursor>& from,
                                            ItemCount limit) {
  TRY(CheckShard(shard));
  TRY(CheckLimit(limit));
  std::int64_t last = 0;
  if (from) {
    TRY_ASSIGN(last, NumberFrom(kCursorKind, *from));
  }
  return directory_->tables().Read([&](Connection& c) -> Result<ChangePage> {
    ChangePage page;
    std::uint64_t bytes = 0;
    TRY_ASSIGN(Statement query, c.Prepare("SELECT seq, source, kind, hashKey, rangeKey, image FROM changes "
                                          "WHERE seq>?1 ORDER BY seq"));
    query.Int(1, last);
    while (page.records.size() < limit.value && bytes < kPageBytes.value) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) break;
      last = query.ColumnInt(0);
      ChangeRecord record;
      record.table = static_cast<ChangedTable>(query.ColumnInt(1));
      record.kind = static_cast<ChangeKind>(query.ColumnInt(2));
      // Of one width, so that numbers and texts sort alike.
      record.sequence = fmt::format("{:020}", last);
      record.keys = KeysOf(record.table, query.ColumnText(3), query.ColumnText(4));
      if (!query.ColumnIsNull(5)) {
        bytes += query.ColumnText(5).size();
        TRY_ASSIGN(Item image, ParseDynamoJson(query.ColumnText(5)));
        if (record.kind == ChangeKind::kRemove) {
          for (const auto& [name, value] : image) record.keys.Set(name, value);
        } else {
          record.new_image = std::move(image);
        }
      }
      page.records.push_back(std::move(record));
    }
    page.next = NumberCursor(kCursorKind, last);
    return page;
  });
}

Result<std::optional<Cursor>> SqliteChangeStream::LoadCheckpoint(const std::string& consumer,
                                                                 const std::string& shard) {
  TRY(CheckShard(shard));
  return directory_->tables().Read([&](Connection& c) -> Result<std::optional<Cursor>> {
    TRY_ASSIGN(Statement query, c.Prepare("SELECT seq FROM checkpoints WHERE consumer=?1"));
    TRY_ASSIGN(const bool row, query.Text(1, consumer).Step());
    if (!row) return std::nullopt;
    return NumberCursor(kCursorKind, query.ColumnInt(0));
  });
}

Status SqliteChangeStream::SaveCheckpoint(const std::string& consumer, const std::string& shard,
                                          const Cursor& position) {
  TRY(CheckShard(shard));
  TRY_ASSIGN(const std::int64_t number, NumberFrom(kCursorKind, position));
  return directory_->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(const std::int64_t last, LastNumber(c));
    if (number > last) return Fail(ErrorCode::kInvalid, "the stream has no position {} yet", number);
    return MoveCheckpoint(c, consumer, number, ToMicros(directory_->clock().Now()));
  });
}

Status SqliteChangeStream::SkipAll(const std::string& consumer) {
  return directory_->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(const std::int64_t last, LastNumber(c));
    return MoveCheckpoint(c, consumer, last, ToMicros(directory_->clock().Now()));
  });
}

Result<std::optional<ItemCount>> SqliteChangeStream::Backlog(const std::string& consumer) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::optional<ItemCount>> {
    TRY_ASSIGN(const std::int64_t last, LastNumber(c));
    TRY_ASSIGN(const std::int64_t first, c.ReadInt("SELECT min(seq) FROM changes"));
    if (first == 0) return ItemCount{0};
    TRY_ASSIGN(Statement query, c.Prepare("SELECT seq FROM checkpoints WHERE consumer=?1"));
    TRY_ASSIGN(const bool row, query.Text(1, consumer).Step());
    const std::int64_t confirmed = std::max(row ? query.ColumnInt(0) : 0, first - 1);
    return ItemCount{static_cast<std::uint64_t>(last - confirmed)};
  });
}

Status SqliteChangeStream::Park(const ChangeRecord& record, std::string_view reason) {
  nlohmann::ordered_json body;
  body["table"] = TableName(record.table);
  body["eventName"] = KindName(record.kind);
  body["sequence"] = record.sequence;
  body["keys"] = ToDynamoJson(record.keys);
  if (record.new_image) body["newImage"] = ToDynamoJson(*record.new_image);
  if (record.old_image) body["oldImage"] = ToDynamoJson(*record.old_image);
  const std::string text = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return directory_->tables().Write([&](Connection& c) -> Status {
    TRY_ASSIGN(Statement park,
               c.Prepare("INSERT INTO parked(origin, body, reason, parked_at) VALUES('stream', ?1, ?2, ?3)"));
    return park.Text(1, text).Text(2, reason).Int(3, ToMicros(directory_->clock().Now())).Run();
  });
}

}  // namespace vams::embedded
