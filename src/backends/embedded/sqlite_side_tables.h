#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/side_tables.h"

namespace vams::embedded {

class SqliteSideTables final : public SideTables {
 public:
  explicit SqliteSideTables(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  Result<std::vector<std::optional<Item>>> GetMetadata(std::span<const MetadataKey> keys) override;
  Result<std::vector<std::vector<Item>>> QueryLinks(std::span<const LinkQuery> queries,
                                                    std::optional<ItemCount> limit) override;
  Result<std::vector<std::vector<Item>>> QueryVersions(std::span<const std::string> asset_ids,
                                                       std::optional<ItemCount> limit) override;

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

}  // namespace vams::embedded
