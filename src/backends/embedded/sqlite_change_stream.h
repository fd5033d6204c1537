#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/change_stream.h"

namespace vams::embedded {

// The three streams as one shard, in the order of the commits. Records stay until every consumer that is still alive
// has confirmed them.
class SqliteChangeStream final : public ChangeStream {
 public:
  explicit SqliteChangeStream(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  Result<std::vector<std::string>> Shards() override;
  Result<ChangePage> Read(const std::string& shard, const std::optional<Cursor>& from, ItemCount limit) override;
  Result<std::optional<Cursor>> LoadCheckpoint(const std::string& consumer, const std::string& shard) override;
  Status SaveCheckpoint(const std::string& consumer, const std::string& shard, const Cursor& position) override;
  Result<std::optional<ItemCount>> Backlog(const std::string& consumer) override;
  Status Park(const ChangeRecord& record, std::string_view reason) override;

  // Confirms for `consumer` all that is there now.
  Status SkipAll(const std::string& consumer);

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

}  // namespace vams::embedded
