#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "backends/aws/aws_client.h"
#include "backends/aws/streams/checkpoint_directory.h"
#include "backends/aws/streams/iterator_cache.h"
#include "backends/aws/streams/stream_catalog.h"
#include "backends/aws/tables/dynamo_table.h"
#include "base/clock.h"
#include "ports/change_stream.h"

namespace vams::aws {

// A table that is not named is left out.
struct StreamTableNames {
  std::string assets;
  std::string metadata;
  std::string links;
};

struct ChangeStreamOptions {
  // Positions and parked records are kept in `checkpoints/` below it.
  std::filesystem::path state_directory{};
  // How long a list of shards is good for.
  Duration keep_shards_for = std::chrono::seconds(10);
  // Told the shard where records were older than the 24 hours that a stream keeps, so that a consumer missed them. From
  // the threads that read.
  std::function<void(const std::string& shard)> on_gap{};
};

// DynamoDB Streams of the three tables. A shard is "<assets, metadata or links>/<shard id>"; a child shard is there
// once its parent has been read to the end by this object, so that an item's changes stay in their order. A read is
// one request as a rule; a page may be empty and have a next though records follow. Removals tell the keys of the table
// alone. A consumer should have one process.
class AwsChangeStream final : public ChangeStream {
 public:
  // `clock` outlives it.
  AwsChangeStream(const std::shared_ptr<const AwsClient>& dynamodb, std::shared_ptr<const AwsClient> streams,
                  const StreamTableNames& tables, ChangeStreamOptions options, const Clock& clock,
                  const DynamoOptions& dynamo = {});

  // kPrecondition, with a hint: a table has no stream with new images.
  Result<std::vector<std::string>> Shards() override;
  // No error where records have become too old meanwhile: on_gap is called, and reading goes on with what is kept.
  Result<ChangePage> Read(const std::string& shard, const std::optional<Cursor>& from, ItemCount limit) override;
  Result<std::optional<Cursor>> LoadCheckpoint(const std::string& consumer, const std::string& shard) override;
  Status SaveCheckpoint(const std::string& consumer, const std::string& shard, const Cursor& position) override;
  // nullopt: the service does not tell.
  Result<std::optional<ItemCount>> Backlog(const std::string& consumer) override;
  Status Park(const ChangeRecord& record, std::string_view reason) override;

 private:
  Result<IteratorCache::Iterator> NewIterator(const StreamShard& shard, const StreamPosition& position) const;
  Result<nlohmann::ordered_json> GetRecords(const StreamShard& shard, const IteratorCache::Iterator& iterator,
                                            ItemCount limit) const;
  Result<ChangePage> TakePage(const StreamShard& shard, const StreamPosition& position,
                              const nlohmann::ordered_json& reply, ItemCount limit);
  ChangePage Finish(const StreamShard& shard);
  void TellGap(const StreamShard& shard) const;

  const std::shared_ptr<const AwsClient> streams_;
  const ChangeStreamOptions options_;
  const Clock& clock_;
  StreamCatalog catalog_;
  IteratorCache iterators_;
  const CheckpointDirectory checkpoints_;
};

}  // namespace vams::aws
