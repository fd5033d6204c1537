#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "model/attribute_value.h"

namespace vams {

// The key of the asset table.
struct AssetKey {
  std::string database_id;
  std::string asset_id;
  auto operator<=>(const AssetKey&) const = default;
};

// An item of the asset table. `key` holds "" for an id that is absent or no text: such a record is invalid.
struct AssetRecord {
  AssetKey key;
  Item item;
};

inline constexpr std::string_view kReindexDateAttribute = "_os_reindex_date";
// Archiving an asset moves its row to the database id with this suffix.
inline constexpr std::string_view kArchivedSuffix = "#deleted";

AssetRecord AssetRecordFromItem(Item item);

// An item of the buckets table. `base_prefix` is as stored: absent, "", "/" and "a/b/" all occur.
struct BucketRecord {
  std::string bucket_id;
  std::string bucket_name;  // "" where the row has none: the record is of no use
  std::optional<std::string> base_prefix;
  Item item;
};

BucketRecord BucketRecordFromItem(Item item);

// The prefix that objects have: absent counts as '/', one '/' is added at the end where missing, then one '/' in front
// is removed. So "", "/" and absent give "" (the whole bucket). Source: docs/reference/vams-behaviour.md, 3.4.
std::string NormalisedPrefix(const std::optional<std::string>& base_prefix);

}  // namespace vams
