#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "backends/aws/tables/dynamo_table.h"
#include "base/result.h"
#include "model/attribute_value.h"

namespace vams::aws {

// The key of the asset and of the metadata table: databaseId and assetId.
struct ItemKey {
  std::string_view database_id;
  std::string_view asset_id;
  auto operator<=>(const ItemKey&) const = default;
};

// BatchGetItem: one answer for each key, in order; nullopt: no such item. Each key is asked once however often it is
// there; one that no item can have is answered without asking. Keys that the service leaves unprocessed are asked
// again at once; kThrottled where some stay so.
Result<std::vector<std::optional<Item>>> BatchGetItems(const DynamoTable& table, std::span<const ItemKey> keys);

}  // namespace vams::aws
