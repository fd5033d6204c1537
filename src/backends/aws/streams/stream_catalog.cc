#include "backends/aws/streams/stream_catalog.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/json_field.h"
#include "backends/aws/streams/stream_record.h"
#include "backends/aws/streams/table_stream.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

std::unexpected<Error> Unreadable(const std::string& table, std::string_view what) {
  return std::unexpected(
      MakeError(ErrorCode::kBadReply, "stream of table {}: the reply cannot be read: {}", table, what)
          .WithOperation("dynamodbstreams:DescribeStream"));
}

// Parents before children. A parent that is not in the list is no longer kept.
void SortByDescent(std::vector<StreamShard>& shards) {
  std::map<std::string_view, std::string_view> parents;
  for (const StreamShard& shard : shards) {
    if (shard.parent) parents[shard.name] = *shard.parent;
  }
  std::map<std::string, std::size_t> depths;
  for (const StreamShard& shard : shards) {
    std::size_t depth = 0;
    // Bounded, should they be each other's parents.
    for (auto it = parents.find(shard.name); it != parents.end() && depth < shards.size(); ++depth) {
      it = parents.find(it->second);
    }
    depths[shard.name] = depth;
  }
  std::ranges::stable_sort(shards, {}, [&](const StreamShard& shard) { return depths.at(shard.name); });
}

}  // namespace

Result<Json> CallStreams(const AwsClient& streams, const std::string& table, std::string_view operation,
                         const Json& body, const std::string& stream) {
  auto reply =
      streams.CallJson(kStreamsProtocol, operation, body.dump(-1, ' ', false, Json::error_handler_t::replace), stream);
  if (!reply) return std::unexpected(std::move(reply.error()).In("stream of table " + table));
  return reply;
}

StreamCatalog::StreamCatalog(std::shared_ptr<const AwsClient> streams, Tables tables, const Clock& clock,
                             Duration keep_for)
    : streams_(std::move(streams)), tables_(std::move(tables)), clock_(clock), keep_for_(keep_for) {}

Status StreamCatalog::AddShards(ChangedTable changed, const DynamoTable& table, const std::string& stream,
                                std::vector<StreamShard>& shards) const {
  const std::string prefix = std::string(TableWord(changed)) + "/";
  std::string last;
  for (;;) {
    Json body{{"StreamArn", stream}};
    if (!last.empty()) body["ExclusiveStartShardId"] = last;
    TRY_ASSIGN(const Json reply, CallStreams(*streams_, table.name(), "DescribeStream", body, stream));
    const auto description = reply.find("StreamDescription");
    if (description == reply.end() || !description->is_object()) {
      return Unreadable(table.name(), "it has no StreamDescription");
    }
    const auto page = description->find("Shards");
    if (page == description->end() || !page->is_array()) return Unreadable(table.name(), "it has no Shards");
    for (const Json& json : *page) {
      StreamShard shard{.changed = changed, .table = table.name(), .stream = stream, .id = TextField(json, "ShardId")};
      if (shard.id.empty()) return Unreadable(table.name(), "a shard has no ShardId");
      shard.name = prefix + shard.id;
      if (const std::string parent = TextField(json, "ParentShardId"); !parent.empty()) shard.parent = prefix + parent;
      shards.push_back(std::move(shard));
    }
    const std::string next = TextField(*description, "LastEvaluatedShardId");
    if (next.empty()) return {};
    // It would go on for ever.
    if (next == last || page->empty()) return Unreadable(table.name(), "it ends where it started");
    last = next;
  }
}

Result<StreamCatalog::ListPointer> StreamCatalog::Load() {
  List shards;
  for (const auto& [changed, table] : tables_) {
    TRY_ASSIGN(const std::string stream, StreamArnOf(table));
    TRY(AddShards(changed, table, stream, shards));
  }
  SortByDescent(shards);
  auto list = std::make_shared<const List>(std::move(shards));
  const MutexLock lock(mu_);
  list_ = list;
  good_until_ = clock_.Elapsed() + keep_for_;
  return list;
}

StreamCatalog::ListPointer StreamCatalog::Kept() const {
  const MutexLock lock(mu_);
  return clock_.Elapsed() < good_until_ ? list_ : nullptr;
}

Result<StreamCatalog::ListPointer> StreamCatalog::Current() {
  if (auto list = Kept()) return list;
  const MutexLock lock(load_mu_);
  if (auto list = Kept()) return list;  // another thread was faster
  return Load();
}

Result<std::vector<std::string>> StreamCatalog::Readable() {
  TRY_ASSIGN(const ListPointer list, Current());
  std::set<std::string_view> present;
  for (const StreamShard& shard : *list) present.insert(shard.name);
  const MutexLock lock(mu_);
  std::vector<std::string> names;
  for (const StreamShard& shard : *list) {
    const bool waits = shard.parent && present.contains(*shard.parent) && !finished_.contains(*shard.parent);
    if (!waits) names.push_back(shard.name);
  }
  return names;
}

Result<StreamShard> StreamCatalog::Find(const std::string& name) {
  {
    const MutexLock lock(mu_);
    if (list_) {
      const auto it = std::ranges::find(*list_, name, &StreamShard::name);
      if (it != list_->end()) return *it;
    }
  }
  const MutexLock lock(load_mu_);
  TRY_ASSIGN(const ListPointer list, Load());
  const auto it = std::ranges::find(*list, name, &StreamShard::name);
  if (it == list->end()) return Fail(ErrorCode::kNotFound, "the streams have no shard '{}'", name);
  return *it;
}

Result<bool> StreamCatalog::IsStillThere(const std::string& name) {
  const MutexLock lock(load_mu_);
  TRY_ASSIGN(const ListPointer list, Load());
  return std::ranges::find(*list, name, &StreamShard::name) != list->end();
}

void StreamCatalog::MarkFinished(const std::string& name) {
  const MutexLock lock(mu_);
  const bool first = finished_.insert(name).second;
  const bool has_child = list_ && std::ranges::find(*list_, name, &StreamShard::parent) != list_->end();
  // Its children are younger than the list: the next caller looks.
  if (first && !has_child) good_until_ = clock_.Elapsed();
}

}  // namespace vams::aws
