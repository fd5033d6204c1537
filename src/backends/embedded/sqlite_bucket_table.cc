#include "backends/embedded/sqlite_bucket_table.h"

#include "backends/embedded/cursors.h"

namespace vams::embedded {
namespace {

constexpr char kCursorKind = 'b';

}  // namespace

Result<BucketPage> SqliteBucketTable::Scan(const std::optional<Cursor>& from, ItemCount limit) {
  TRY(CheckLimit(limit));
  std::int64_t last = -1;
  if (from) {
    TRY_ASSIGN(last, NumberFrom(kCursorKind, *from));
  }
  return directory_->tables().Read([&](Connection& c) -> Result<BucketPage> {
    BucketPage page;
    std::uint64_t bytes = 0;
    TRY_ASSIGN(Statement query, c.Prepare("SELECT id, item FROM buckets WHERE id>?1 ORDER BY id"));
    query.Int(1, last);
    for (;;) {
      TRY_ASSIGN(const bool row, query.Step());
      if (!row) return page;
      if (page.items.size() >= limit.value || bytes >= kPageBytes.value) break;
      TRY_ASSIGN(auto item, ParseDynamoJson(query.ColumnText(1)));
      page.items.push_back(BucketRecordFromItem(std::move(item)));
      bytes += query.ColumnText(1).size();
      last = query.ColumnInt(0);
    }
    page.next = NumberCursor(kCursorKind, last);
    return page;
  });
}

Result<std::vector<std::optional<BucketRecord>>> SqliteBucketTable::GetMany(std::span<const std::string> bucket_ids) {
  return directory_->tables().Read([&](Connection& c) -> Result<std::vector<std::optional<BucketRecord>>> {
    std::vector<std::optional<BucketRecord>> records(bucket_ids.size());
    TRY_ASSIGN(Statement query, c.Prepare("SELECT item FROM buckets WHERE bucketId=?1 ORDER BY sortKey LIMIT 1"));
    for (std::size_t i = 0; i < bucket_ids.size(); ++i) {
      query.Reset();
      TRY_ASSIGN(const bool row, query.Text(1, bucket_ids[i]).Step());
      if (!row) continue;
      TRY_ASSIGN(auto item, ParseDynamoJson(query.ColumnText(0)));
      records[i] = BucketRecordFromItem(std::move(item));
    }
    return records;
  });
}

}  // namespace vams::embedded
