#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/asset_table.h"

namespace vams::embedded {

class SqliteAssetTable final : public AssetTable {
 public:
  explicit SqliteAssetTable(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  Result<AssetPage> Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) override;
  Result<std::vector<std::optional<AssetRecord>>> GetMany(std::span<const AssetKey> keys) override;
  Result<std::vector<AssetRecord>> FindInBucket(std::string_view bucket_id, std::string_view asset_id) override;
  Result<std::vector<Result<TouchOutcome>>> Touch(std::span<const AssetKey> keys, std::string_view value) override;
  Result<std::vector<Result<TouchOutcome>>> Clear(std::span<const AssetKey> keys, ClearTouch how) override;
  Result<ItemCount> ApproximateCount() override;

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

}  // namespace vams::embedded
