#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "backends/aws/aws_client.h"
#include "backends/aws/tables/dynamo_table.h"
#include "ports/asset_table.h"

namespace vams::aws {

// The asset table in DynamoDB. Scans are eventually consistent: a record written within the last second may be left
// out. A touch is one conditional UpdateItem, the only write that neither loses an edit nor brings a record back; up to
// `options.workers` are in flight.
class AwsAssetTable final : public AssetTable {
 public:
  AwsAssetTable(std::shared_ptr<const AwsClient> dynamodb, std::string table, DynamoOptions options = {});

  Result<AssetPage> Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) override;
  Result<AssetKeyPage> ScanKeys(Segment segment, const std::optional<Cursor>& from, ItemCount limit) override;
  Result<std::vector<std::optional<AssetRecord>>> GetMany(std::span<const AssetKey> keys) override;
  Result<std::vector<AssetRecord>> FindInBucket(std::string_view bucket_id, std::string_view asset_id) override;
  Result<std::vector<std::vector<AssetRecord>>> FindManyInBucket(std::span<const BucketAsset> wanted) override;
  Result<std::vector<Result<TouchOutcome>>> Touch(std::span<const AssetKey> keys, std::string_view value) override;
  Result<std::vector<Result<TouchOutcome>>> Clear(std::span<const AssetKey> keys, ClearTouch how) override;
  // DynamoDB counts about every six hours.
  Result<ItemCount> ApproximateCount() override;

 private:
  Result<std::vector<Result<TouchOutcome>>> UpdateEach(std::span<const AssetKey> keys,
                                                       nlohmann::ordered_json update) const;
  Result<TouchOutcome> Update(const AssetKey& key, const std::string& update) const;
  Result<AssetPage> ScanWith(nlohmann::ordered_json request, Segment segment, const std::optional<Cursor>& from,
                             ItemCount limit);

  const DynamoTable table_;
};

}  // namespace vams::aws
