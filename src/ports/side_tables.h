#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/asset.h"

namespace vams {

// The key of the metadata table: the second part is an asset id or "/asset/path" of a file.
struct MetadataKey {
  std::string database_id;
  std::string asset_id;
  auto operator<=>(const MetadataKey&) const = default;
};

enum class LinkEnd { kFrom, kTo };

struct LinkQuery {
  LinkEnd end = LinkEnd::kFrom;  // the end at which `asset` stands
  AssetKey asset;
};

// The tables that only the indexers look into: metadata, links, versions. Safe for concurrent calls.
// Each call answers each key or query in order and has no bound on their number; not there is a success.
// An error means that we could not find out. No table: kNotFound.
class SideTables {
 public:
  virtual ~SideTables() = default;

  virtual Result<std::vector<std::optional<Item>>> GetMetadata(std::span<const MetadataKey> keys) = 0;

  // Links by the sort key of the index that is asked (fromAssetGSI, toAssetGSI), at most `limit` for each query;
  // nullopt: all.
  virtual Result<std::vector<std::vector<Item>>> QueryLinks(std::span<const LinkQuery> queries,
                                                            std::optional<ItemCount> limit) = 0;

  // Versions of each asset id, by assetVersionId in text order ('10' < '9'), at most `limit` for each; nullopt: all.
  virtual Result<std::vector<std::vector<Item>>> QueryVersions(std::span<const std::string> asset_ids,
                                                               std::optional<ItemCount> limit) = 0;
};

}  // namespace vams
