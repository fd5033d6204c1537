#include "backends/aws/streams/aws_change_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/streams/stream_record.h"
#include "backends/aws/tables/page_cursor.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostRecords = 1000;
// A cached iterator that has expired, a position that is no longer kept, records that go while they are asked for.
constexpr int kMaxTries = 4;

std::unexpected<Error> Unreadable(const StreamShard& shard, std::string_view operation, std::string_view what) {
  return std::unexpected(
      MakeError(ErrorCode::kBadReply, "stream of table {}: the reply cannot be read: {}", shard.table, what)
          .WithOperation("dynamodbstreams:" + std::string(operation)));
}

StreamCatalog::Tables NamedTables(const std::shared_ptr<const AwsClient>& dynamodb, const StreamTableNames& names,
                                  const DynamoOptions& dynamo) {
  StreamCatalog::Tables tables;
  const auto add = [&](ChangedTable table, const std::string& name) {
    if (!name.empty()) tables.emplace_back(table, DynamoTable(dynamodb, name, dynamo));
  };
  add(ChangedTable::kAssets, names.assets);
  add(ChangedTable::kMetadata, names.metadata);
  add(ChangedTable::kLinks, names.links);
  return tables;
}

}  // namespace

AwsChangeStream::AwsChangeStream(const std::shared_ptr<const AwsClient>& dynamodb,
                                 std::shared_ptr<const AwsClient> streams, const StreamTableNames& tables,
                                 ChangeStreamOptions options, const Clock& clock, const DynamoOptions& dynamo)
    : streams_(std::move(streams)),
      options_(std::move(options)),
      clock_(clock),
      catalog_(streams_, NamedTables(dynamodb, tables, dynamo), clock, options_.keep_shards_for),
      checkpoints_(options_.state_directory / "checkpoints", clock) {}

Result<std::vector<std::string>> AwsChangeStream::Shards() { return catalog_.Readable(); }

Result<IteratorCache::Iterator> AwsChangeStream::NewIterator(const StreamShard& shard,
                                                             const StreamPosition& position) const {
  Json body{{"StreamArn", shard.stream}, {"ShardId", shard.id}};
  if (position.after.empty()) {
    body["ShardIteratorType"] = "TRIM_HORIZON";
  } else {
    body["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER";
    body["SequenceNumber"] = position.after;
  }
  TRY_ASSIGN(const Json reply, CallStreams(*streams_, shard.table, "GetShardIterator", body, shard.stream));
  const auto token = reply.find("ShardIterator");
  if (token == reply.end() || !token->is_string() || token->get_ref<const std::string&>().empty()) {
    return Unreadable(shard, "GetShardIterator", "it has no ShardIterator");
  }
  return IteratorCache::Iterator{token->get<std::string>()};
}

Result<Json> AwsChangeStream::GetRecords(const StreamShard& shard, const IteratorCache::Iterator& iterator,
                                         ItemCount limit) const {
  const Json body{{"ShardIterator", iterator.token}, {"Limit", std::min(limit.value, kMostRecords)}};
  return CallStreams(*streams_, shard.table, "GetRecords", body, shard.stream);
}

ChangePage AwsChangeStream::Finish(const StreamShard& shard) {
  catalog_.MarkFinished(shard.name);
  return {};
}

void AwsChangeStream::TellGap(const StreamShard& shard) const {
  if (options_.on_gap) options_.on_gap(shard.name);
}

// The end of a shard is always an empty page of its own: whoever sees it has been given, and could confirm, a position
// behind the last record.
Result<ChangePage> AwsChangeStream::TakePage(const StreamShard& shard, const StreamPosition& position,
                                             const Json& reply, ItemCount limit) {
  const auto records = reply.find("Records");
  if (records == reply.end() || !records->is_array()) return Unreadable(shard, "GetRecords", "it has no Records");
  if (records->size() > limit.value) return Unreadable(shard, "GetRecords", "it has more Records than were asked for");
  const auto next = reply.find("NextShardIterator");
  const bool closed = next == reply.end() || next->is_null();
  if (!closed && (!next->is_string() || next->get_ref<const std::string&>().empty())) {
    return Unreadable(shard, "GetRecords", "its NextShardIterator");
  }
  if (records->empty() && closed) return Finish(shard);

  ChangePage page;
  page.records.reserve(records->size());
  StreamPosition end = position;
  for (const Json& json : *records) {
    auto record = ChangeRecordFromJson(json, shard.changed);
    if (!record) return Unreadable(shard, "GetRecords", record.error().message);
    end.after = record->sequence;
    record->sequence = SortableSequence(record->sequence);
    page.records.push_back(std::move(*record));
  }
  // Where the page is empty, nothing lies between the old iterator and the new one: the position is the same.
  iterators_.Put(shard.name, end, {closed ? std::string() : next->get<std::string>()});
  page.next = CursorOf(end);
  return page;
}

Result<ChangePage> AwsChangeStream::Read(const std::string& shard_name, const std::optional<Cursor>& from,
                                         ItemCount limit) {
  TRY(CheckLimit(limit));
  StreamPosition position;
  if (from) {
    TRY_ASSIGN(position, PositionFrom(*from));
  }
  TRY_ASSIGN(const StreamShard shard, catalog_.Find(shard_name));

  StreamPosition start = position;  // of a new iterator
  std::optional<IteratorCache::Iterator> cached = iterators_.Get(shard.name, position);
  for (int tries = 1;; ++tries) {
    if (cached && cached->token.empty()) return Finish(shard);
    auto iterator = cached ? Result<IteratorCache::Iterator>(*cached) : NewIterator(shard, start);
    auto reply = iterator ? GetRecords(shard, *iterator, limit) : std::unexpected(iterator.error());
    if (reply) return TakePage(shard, position, *reply, limit);
    const bool expired = reply.error().code == ErrorCode::kPrecondition;
    const bool trimmed = reply.error().code == ErrorCode::kNotFound;
    if ((!expired && !trimmed) || tries == kMaxTries) return std::unexpected(std::move(reply.error()));
    if (cached) {
      iterators_.Drop(shard.name, position, *cached);
      cached.reset();
      continue;
    }
    if (expired) continue;
    if (!start.after.empty()) {
      TellGap(shard);
      start = {};
      continue;
    }
    TRY_ASSIGN(const bool still_there, catalog_.IsStillThere(shard.name));
    if (still_there) continue;
    // All of it has become too old, records and shard.
    TellGap(shard);
    return Finish(shard);
  }
}

Result<std::optional<Cursor>> AwsChangeStream::LoadCheckpoint(const std::string& consumer, const std::string& shard) {
  TRY_ASSIGN(const auto position, checkpoints_.Load(consumer, shard));
  if (!position) return std::nullopt;
  return CursorOf(*position);
}

Status AwsChangeStream::SaveCheckpoint(const std::string& consumer, const std::string& shard, const Cursor& position) {
  TRY_ASSIGN(const StreamPosition parsed, PositionFrom(position));
  return checkpoints_.Save(consumer, shard, parsed);
}

Result<std::optional<ItemCount>> AwsChangeStream::Backlog(const std::string&) { return std::nullopt; }

Status AwsChangeStream::Park(const ChangeRecord& record, std::string_view reason) {
  return checkpoints_.Park(DescribeParked(record, reason, FormatIsoMillis(clock_.Now())));
}

}  // namespace vams::aws
