#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/aws/aws_client.h"
#include "backends/aws/tables/dynamo_table.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/change.h"

namespace vams::aws {

inline constexpr AwsClient::JsonProtocol kStreamsProtocol{.target = "DynamoDBStreams_20120810", .version = "1.0"};

// A call of the streams' service. `stream`: its ARN, for a refusal. Errors have the table's name in front.
Result<nlohmann::ordered_json> CallStreams(const AwsClient& streams, const std::string& table,
                                           std::string_view operation, const nlohmann::ordered_json& body,
                                           const std::string& stream);

struct StreamShard {
  std::string name{};  // "assets/shardId-00000001", as the port names it
  ChangedTable changed = ChangedTable::kAssets;
  std::string table{};   // its name, for messages
  std::string stream{};  // ARN
  std::string id{};
  std::optional<std::string> parent{};  // name; a shard that splits, or has lived long enough, has children
};

// Which shards the streams of some tables have. Shards come and go every few hours, and DescribeStream may be called
// ten times a second by a whole account: so the list is kept for a while. Safe for concurrent calls.
class StreamCatalog {
 public:
  using Tables = std::vector<std::pair<ChangedTable, DynamoTable>>;
  // `clock` outlives it.
  StreamCatalog(std::shared_ptr<const AwsClient> streams, Tables tables, const Clock& clock, Duration keep_for);

  // The shards whose parent has been read to its end or is no longer kept, parents before children. kPrecondition: a
  // table has no stream, or one that does not tell what was written.
  Result<std::vector<std::string>> Readable();
  // By whatever list there is, since a known shard needs no fresh one; kNotFound: also a fresh one has none of that
  // name.
  Result<StreamShard> Find(const std::string& name);
  // By a fresh list.
  Result<bool> IsStillThere(const std::string& name);
  // The shard is closed and its last record was read: its children may be read.
  void MarkFinished(const std::string& name);

 private:
  using List = std::vector<StreamShard>;  // parents before children
  using ListPointer = std::shared_ptr<const List>;

  // nullptr: there is none, or it is too old.
  ListPointer Kept() const EXCLUDES(mu_);
  Result<ListPointer> Current() EXCLUDES(mu_, load_mu_);
  Result<ListPointer> Load() REQUIRES(load_mu_) EXCLUDES(mu_);
  Status AddShards(ChangedTable changed, const DynamoTable& table, const std::string& stream,
                   std::vector<StreamShard>& shards) const;

  const std::shared_ptr<const AwsClient> streams_;
  const Tables tables_;
  const Clock& clock_;
  const Duration keep_for_;
  Mutex load_mu_;  // one thread asks, the others wait for what it learns
  mutable Mutex mu_;
  ListPointer list_ GUARDED_BY(mu_);
  Duration good_until_ GUARDED_BY(mu_){0};
  std::set<std::string> finished_ GUARDED_BY(mu_);
};

}  // namespace vams::aws
