#pragma once

#include <optional>
#include <string>

#include "model/attribute_value.h"

namespace vams {

enum class ChangedTable { kAssets, kMetadata, kLinks };
enum class ChangeKind { kInsert, kModify, kRemove };

// A record of a table's change stream. As deployed the streams carry the keys and the new image only, so a removal has
// no image. `keys` may hold keys of the table's indexes, too.
struct ChangeRecord {
  ChangedTable table = ChangedTable::kAssets;
  ChangeKind kind = ChangeKind::kModify;
  std::string sequence;  // grows within a shard; opaque otherwise
  Item keys;
  std::optional<Item> new_image;
  std::optional<Item> old_image;
};

}  // namespace vams
