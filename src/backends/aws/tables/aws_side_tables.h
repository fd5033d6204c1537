#pragma once

#include <memory>
#include <string>

#include "backends/aws/aws_client.h"
#include "backends/aws/tables/dynamo_table.h"
#include "ports/side_tables.h"

namespace vams::aws {

struct SideTableNames {
  std::string metadata;
  std::string links;
  std::string versions;
};

// The metadata, links and versions tables in DynamoDB. Links come from indexes of their table, which follow it with a
// delay that is usually under a second.
class AwsSideTables final : public SideTables {
 public:
  AwsSideTables(const std::shared_ptr<const AwsClient>& dynamodb, const SideTableNames& names,
                const DynamoOptions& options = {});

  Result<std::vector<std::optional<Item>>> GetMetadata(std::span<const MetadataKey> keys) override;
  Result<std::vector<std::vector<Item>>> QueryLinks(std::span<const LinkQuery> queries,
                                                    std::optional<ItemCount> limit) override;
  Result<std::vector<std::vector<Item>>> QueryVersions(std::span<const std::string> asset_ids,
                                                       std::optional<ItemCount> limit) override;

 private:
  const DynamoTable metadata_;
  const DynamoTable links_;
  const DynamoTable versions_;
};

}  // namespace vams::aws
