#pragma once

#include <memory>
#include <string>

#include "backends/aws/aws_client.h"
#include "backends/aws/tables/dynamo_table.h"
#include "ports/bucket_table.h"

namespace vams::aws {

// The buckets table in DynamoDB.
class AwsBucketTable final : public BucketTable {
 public:
  AwsBucketTable(std::shared_ptr<const AwsClient> dynamodb, std::string table, DynamoOptions options = {});

  Result<BucketPage> Scan(const std::optional<Cursor>& from, ItemCount limit) override;
  Result<std::vector<std::optional<BucketRecord>>> GetMany(std::span<const std::string> bucket_ids) override;

 private:
  const DynamoTable table_;
};

}  // namespace vams::aws
