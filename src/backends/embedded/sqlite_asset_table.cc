#include "backends/embedded/sqlite_asset_table.h"

#include <algorithm>
#include <limits>

#include "backends/embedded/cursors.h"

namespace vams::embedded {
namespace {

// Segment i of n owns every n-th block of this many row numbers: small enough to be fair with a few hundred assets,
// large enough for one seek to serve several rows.
constexpr std::int64_t kBlock = 16;
constexpr std::uint32_t kMaxSegments = 1'000'000;
// Seeks of one page that may find nothing, before it is handed over empty.
constexpr int kMaxEmptySeeks = 256;
constexpr char kCursorKind = 'a';

Result<AssetRecord> RecordFromText(std::string_view item) {
  TRY_ASSIGN(auto map, ParseDynamoJson(item));
  return AssetRecordFromItem(std::move(map));
}

// The first row number above `after` that the segment owns.
std::int64_t NextOwned(std::int64_t after, Segment segment) {
  const std::int64_t next = after + 1;
  const std::int64_t block = next / kBlock;
  const std::int64_t total = segment.total;
  const std::int64_t distance = (segment.index - block % total + total) % total;
  return distance == 0 ? next : (block + distance) * kBlock;
}

Result<std::vector<Result<TouchOutcome>>> UpdateEach(Database& database, std::span<const AssetKey> keys,
                                                     std::string_view sql, std::string_view value) {
  return database.Write([&](Connection& c) -> Result<std::vector<Result<TouchOutcome>>> {
    std::vector<Result<TouchOutcome>> outcomes;
    outcomes.reserve(keys.size());
    TRY_ASSIGN(Statement update, c.Prepare(sql));
    for (const AssetKey& key : keys) {
      if (key.database_id.empty() || key.asset_id.empty()) {
        outcomes.push_back(Fail(ErrorCode::kInvalid, "a key must have a databaseId and an assetId"));
        continue;
      }
      // A failure here ends the transaction: nothing of the call is written.
      TRY(update.Text(1, key.database_id).Text(2, key.asset_id).Text(3, value).Run());
      outcomes.push_back(c.Changes() > 0 ? TouchOutcome::kDone : TouchOutcome::kGone);
    }
    return outcomes;
  });
}

}  // namespace

Result<AssetPage> SqliteAssetTable::Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) {
  TRY(CheckLimit(limit));
  if (segment.total == 0 || segment.total > kMaxSegments || segment.index >= segment.total) {
    return Fail(ErrorCode::kInvalid, "segment {} of {} does not exist", segment.index, segment.total);
  }
  std::int64_t last = -1;
  if (from) {
    TRY_ASSIGN(last, NumberFrom(kCursorKind, *from));
  }
  return directory_->tables().Read([&](Connection& c) -> Result<AssetPage> {
    AssetPage page;
    std::uint64_t bytes = 0;
    TRY_ASSIGN(const std::int64_t end, c.ReadInt("SELECT max(id) FROM assets"));
    TRY_ASSIGN(Statement block, c.Prepare("SELECT id, item FROM assets WHERE id BETWEEN ?1 AND ?2 ORDER BY id"));
    TRY_ASSIGN(Statement following, c.Prepare("SELECT min(id) FROM assets WHERE id >= ?1"));
    int empty_seeks = 0;
    for (std::int64_t start = NextOwned(last, segment); start <= end; start = NextOwned(last, segment)) {
      if (page.items.size() >= limit.value || bytes >= kPageBytes.value || empty_seeks >= kMaxEmptySeeks) {
        page.next = NumberCursor(kCursorKind, last);
        return page;
      }
      const std::int64_t block_end = segment.total == 1 ? end : (start / kBlock + 1) * kBlock - 1;
      bool empty = true;
      bool whole = true;
      block.Reset();
      block.Int(1, start).Int(2, block_end);
      for (;;) {
        TRY_ASSIGN(const bool row, block.Step());
        if (!row) break;
        if (page.items.size() >= limit.value || bytes >= kPageBytes.value) {
          whole = false;
          break;
        }
        const std::string_view item = block.ColumnText(1);
        TRY_ASSIGN(auto record, RecordFromText(item));
        page.items.push_back(std::move(record));
        bytes += item.size();
        last = block.ColumnInt(0);
        empty = false;
      }
      if (whole) last = block_end;
      if (empty) {
        ++empty_seeks;
        // Deleted rows leave gaps of any length: go on where there is something again.
        following.Reset();
        TRY(following.Int(1, last + 1).Step());
        if (following.ColumnIsNull(0)) return page;
        last = std::max(last, following.ColumnInt(0) - 1);
      }
    }
    return page;
  });
}

Result<std::vector<std::optional<AssetRecord>>> SqliteAssetTable::GetMany(std::span<const AssetKey> keys) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<std::optional<AssetRecord>>> {
    std::vector<std::optional<AssetRecord>> records(keys.size());
    TRY_ASSIGN(Statement query, c.Prepare("SELECT item FROM assets WHERE databaseId=?1 AND assetId=?2"));
    for (std::size_t i = 0; i < keys.size(); ++i) {
      query.Reset();
      TRY_ASSIGN(const bool row, query.Text(1, keys[i].database_id).Text(2, keys[i].asset_id).Step());
      if (!row) continue;
      TRY_ASSIGN(records[i], RecordFromText(query.ColumnText(0)));
    }
    return records;
  });
}

Result<std::vector<AssetRecord>> SqliteAssetTable::FindInBucket(std::string_view bucket_id, std::string_view asset_id) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<AssetRecord>> {
    std::vector<AssetRecord> records;
    TRY_ASSIGN(Statement query,
               c.Prepare("SELECT item FROM assets WHERE bucketId=?1 AND assetId=?2 ORDER BY databaseId"));
    query.Text(1, bucket_id).Text(2, asset_id);
    for (;;) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) return records;
      TRY_ASSIGN(auto record, RecordFromText(query.ColumnText(0)));
      records.push_back(std::move(record));
    }
  });
}

// json_set and json_remove leave the text of all other attributes, and their order, as it is.
Result<std::vector<Result<TouchOutcome>>> SqliteAssetTable::Touch(std::span<const AssetKey> keys,
                                                                  std::string_view value) {
  return UpdateEach(directory_->tables(), keys,
                    "UPDATE assets SET item=json_set(item, '$._os_reindex_date', json_object('S', ?3)) "
                    "WHERE databaseId=?1 AND assetId=?2",
                    value);
}

Result<std::vector<Result<TouchOutcome>>> SqliteAssetTable::Clear(std::span<const AssetKey> keys, ClearTouch how) {
  switch (how) {
    case ClearTouch::kRemove:
      return UpdateEach(directory_->tables(), keys,
                        "UPDATE assets SET item=json_remove(item, '$._os_reindex_date') WHERE databaseId=?1 AND "
                        "assetId=?2 AND json_type(item, '$._os_reindex_date') IS NOT NULL AND ?3=''",
                        "");
    case ClearTouch::kSetNull:
      return UpdateEach(directory_->tables(), keys,
                        "UPDATE assets SET item=json_set(item, '$._os_reindex_date', json(?3)) WHERE databaseId=?1 AND "
                        "assetId=?2 AND json_type(item, '$._os_reindex_date') IS NOT NULL",
                        R"({"NULL":true})");
  }
  return Fail(ErrorCode::kInvalid, "unknown way to clear a touch");
}

Result<ItemCount> SqliteAssetTable::ApproximateCount() {
  return directory_->tables().Read([](Connection& c) -> Result<ItemCount> {
    TRY_ASSIGN(const std::int64_t count, c.ReadInt("SELECT count(*) FROM assets"));
    return ItemCount{static_cast<std::uint64_t>(count)};
  });
}

}  // namespace vams::embedded
