#include "backends/embedded/sqlite_side_tables.h"

#include <algorithm>
#include <limits>

namespace vams::embedded {
namespace {

// What SQLite's LIMIT takes; negative is "all".
std::int64_t SqlLimit(std::optional<ItemCount> limit) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return limit ? static_cast<std::int64_t>(std::min(limit->value, kMost)) : -1;
}

Status AppendItems(Statement& query, std::vector<Item>& items) {
  for (;;) {
    TRY_ASSIGN(const bool row, query.Step());
    if (!row) break;
    TRY_ASSIGN(auto item, ParseDynamoJson(query.ColumnText(0)));
    items.push_back(std::move(item));
  }
  query.Reset();
  return {};
}

}  // namespace

Result<std::vector<std::optional<Item>>> SqliteSideTables::GetMetadata(std::span<const MetadataKey> keys) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<std::optional<Item>>> {
    std::vector<std::optional<Item>> items(keys.size());
    TRY_ASSIGN(Statement query, c.Prepare("SELECT item FROM metadata WHERE databaseId=?1 AND assetId=?2"));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      query.Reset();
      TRY_ASSIGN(const bool row, query.Text(1, keys[i].database_id).Text(2, keys[i].asset_id).Step());
      if (!row) continue;
      TRY_ASSIGN(items[i], ParseDynamoJson(query.ColumnText(0)));
    }
    return items;
  });
}

Result<std::vector<std::vector<Item>>> SqliteSideTables::QueryLinks(std::span<const LinkQuery> queries,
                                                                    std::optional<ItemCount> limit) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<std::vector<Item>>> {
    std::vector<std::vector<Item>> links(queries.size());
    TRY_ASSIGN(Statement from, c.Prepare("SELECT item FROM links WHERE fromAsset=?1 AND toAsset IS NOT NULL "
                                         "ORDER BY toAsset, id LIMIT ?2"));
    TRY_ASSIGN(Statement to, c.Prepare("SELECT item FROM links WHERE toAsset=?1 AND fromAsset IS NOT NULL "
                                       "ORDER BY fromAsset, id LIMIT ?2"));
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const std::string key = fmt::format("{}:{}", queries[i].asset.database_id, queries[i].asset.asset_id);
      Statement& query = queries[i].end == LinkEnd::kFrom ? from : to;
      query.Text(1, key).Int(2, SqlLimit(limit));
      TRY(AppendItems(query, links[i]));
    }
    return links;
  });
}

Result<std::vector<std::vector<Item>>> SqliteSideTables::QueryVersions(std::span<const std::string> asset_ids,
                                                                       std::optional<ItemCount> limit) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<std::vector<Item>>> {
    std::vector<std::vector<Item>> versions(asset_ids.size());
    TRY_ASSIGN(Statement query,
               c.Prepare("SELECT item FROM versions WHERE assetId=?1 ORDER BY assetVersionId LIMIT ?2"));
    for (std::size_t i = 0; i < asset_ids.size(); ++i) {
      query.Text(1, asset_ids[i]).Int(2, SqlLimit(limit));
      TRY(AppendItems(query, versions[i]));
    }
    return versions;
  });
}

}  // namespace vams::embedded
