#include "backends/embedded/item_tables.h"

#include <algorithm>

#include "base/text.h"

namespace vams::embedded {
namespace {

// The update is left out where it changes nothing, so that the stream hears of changes only.
constexpr ItemTable kTables[] = {
    {"assets", "databaseId", "assetId", "bucketId", "",
     "INSERT INTO assets(databaseId, assetId, bucketId, item) VALUES(?1, ?2, ?3, ?5) ON CONFLICT DO UPDATE SET "
     "bucketId=excluded.bucketId, item=excluded.item WHERE item IS NOT excluded.item",
     "SELECT item FROM assets WHERE databaseId=?1 AND assetId=?2",
     "DELETE FROM assets WHERE databaseId=?1 AND assetId=?2", "SELECT count(*) FROM assets"},
    {"databases", "databaseId", "", "", "",
     "INSERT INTO databases(databaseId, item) VALUES(?1, ?5) ON CONFLICT DO UPDATE SET item=excluded.item "
     "WHERE item IS NOT excluded.item",
     "SELECT item FROM databases WHERE databaseId=?1", "DELETE FROM databases WHERE databaseId=?1",
     "SELECT count(*) FROM databases"},
    {"metadata", "databaseId", "assetId", "", "",
     "INSERT INTO metadata(databaseId, assetId, item) VALUES(?1, ?2, ?5) ON CONFLICT DO UPDATE SET item=excluded.item "
     "WHERE item IS NOT excluded.item",
     "SELECT item FROM metadata WHERE databaseId=?1 AND assetId=?2",
     "DELETE FROM metadata WHERE databaseId=?1 AND assetId=?2", "SELECT count(*) FROM metadata"},
    {"buckets", "bucketId", "bucketName:baseAssetsPrefix", "", "",
     "INSERT INTO buckets(bucketId, sortKey, item) VALUES(?1, ?2, ?5) ON CONFLICT DO UPDATE SET item=excluded.item "
     "WHERE item IS NOT excluded.item",
     "SELECT item FROM buckets WHERE bucketId=?1 AND sortKey=?2",
     "DELETE FROM buckets WHERE bucketId=?1 AND sortKey=?2", "SELECT count(*) FROM buckets"},
    {"links", "assetLinkId", "", "fromAssetDatabaseId:fromAssetId", "toAssetDatabaseId:toAssetId",
     "INSERT INTO links(assetLinkId, fromAsset, toAsset, item) VALUES(?1, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
     "fromAsset=excluded.fromAsset, toAsset=excluded.toAsset, item=excluded.item WHERE item IS NOT excluded.item",
     "SELECT item FROM links WHERE assetLinkId=?1", "DELETE FROM links WHERE assetLinkId=?1",
     "SELECT count(*) FROM links"},
    {"versions", "assetId", "assetVersionId", "", "",
     "INSERT INTO versions(assetId, assetVersionId, item) VALUES(?1, ?2, ?5) ON CONFLICT DO UPDATE SET "
     "item=excluded.item WHERE item IS NOT excluded.item",
     "SELECT item FROM versions WHERE assetId=?1 AND assetVersionId=?2",
     "DELETE FROM versions WHERE assetId=?1 AND assetVersionId=?2", "SELECT count(*) FROM versions"},
};

bool AllUtf8(const AttributeValue& value);

bool AllUtf8(const AttributeMap& map) {
  return std::ranges::all_of(map, [](const auto& entry) { return IsUtf8(entry.first) && AllUtf8(entry.second); });
}

bool AllUtf8(const AttributeValue& value) {
  if (const auto* text = value.AsString()) return IsUtf8(*text);
  if (const auto* map = value.As<AttributeMap>()) return AllUtf8(*map);
  if (const auto* list = value.As<AttributeValue::List>()) {
    return std::ranges::all_of(*list, [](const AttributeValue& v) { return AllUtf8(v); });
  }
  if (const auto* set = value.As<AttributeValue::StringSet>()) {
    return std::ranges::all_of(set->members, [](const std::string& s) { return IsUtf8(s); });
  }
  return true;
}

void BindKeys(Statement& statement, const ItemTable& table, const Item& item) {
  statement.Text(1, StringAttribute(item, table.hash_key));
  if (!table.range_key.empty()) statement.Text(2, StringAttribute(item, table.range_key));
}

Status CheckKeys(const ItemTable& table, const Item& item) {
  for (const std::string_view key : {table.hash_key, table.range_key}) {
    if (!key.empty() && StringAttribute(item, key).empty()) {
      return Fail(ErrorCode::kInvalid, "the key attribute '{}' must be a text of at least one character", key);
    }
  }
  return {};
}

}  // namespace

std::span<const ItemTable> ItemTables() { return kTables; }

Status CheckItem(const ItemTable& table, const Item& item) {
  TRY(CheckKeys(table, item));
  for (const auto& [name, value] : item) {
    if (!IsUtf8(name)) return Fail(ErrorCode::kInvalid, "the attribute name '{}' is not UTF-8", Printable(name));
    if (!AllUtf8(value)) return Fail(ErrorCode::kInvalid, "attribute '{}' holds text that is not UTF-8", name);
  }
  return {};
}

Status PutItem(Connection& connection, const ItemTable& table, const Item& item) {
  const std::string text = DumpDynamoJson(item);
  TRY_ASSIGN(Statement put, connection.Prepare(table.put_sql));
  BindKeys(put, table, item);
  for (const auto& [index, attribute] : {std::pair{3, table.index_key_1}, std::pair{4, table.index_key_2}}) {
    if (attribute.empty()) continue;
    const std::string_view key = StringAttribute(item, attribute);
    key.empty() ? put.Null(index) : put.Text(index, key);
  }
  return put.Text(5, text).Run();
}

Result<bool> DeleteItem(Connection& connection, const ItemTable& table, const Item& keys) {
  TRY(CheckKeys(table, keys));
  TRY_ASSIGN(Statement remove, connection.Prepare(table.delete_sql));
  BindKeys(remove, table, keys);
  TRY(remove.Run());
  return connection.Changes() > 0;
}

Result<std::optional<Item>> GetItem(Connection& connection, const ItemTable& table, const Item& keys) {
  TRY(CheckKeys(table, keys));
  TRY_ASSIGN(Statement query, connection.Prepare(table.get_sql));
  BindKeys(query, table, keys);
  TRY_ASSIGN(const bool row, query.Step());
  if (!row) return std::nullopt;
  return ParseDynamoJson(query.ColumnText(0));
}

}  // namespace vams::embedded
