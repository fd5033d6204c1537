#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/bucket_table.h"

namespace vams::embedded {

class SqliteBucketTable final : public BucketTable {
 public:
  explicit SqliteBucketTable(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  Result<BucketPage> Scan(const std::optional<Cursor>& from, ItemCount limit) override;
  Result<std::vector<std::optional<BucketRecord>>> GetMany(std::span<const std::string> bucket_ids) override;

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

}  // namespace vams::embedded
