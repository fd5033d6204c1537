#include "backends/aws/tables/aws_bucket_table.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/tables/page_cursor.h"
#include "base/concurrently.h"

namespace vams::aws {

AwsBucketTable::AwsBucketTable(std::shared_ptr<const AwsClient> dynamodb, std::string table, DynamoOptions options)
    : table_(std::move(dynamodb), std::move(table), std::move(options)) {}

Result<BucketPage> AwsBucketTable::Scan(const std::optional<Cursor>& from, ItemCount limit) {
  constexpr Segment kWhole{};
  TRY(CheckLimit(limit));
  std::optional<std::string> last_key;
  if (from) {
    TRY_ASSIGN(last_key, LastKeyFrom(*from, kWhole));
  }
  nlohmann::ordered_json request;
  request["Limit"] = RequestLimit(limit);
  // A bucket that is left out would be a bucket that nobody migrates; the table is small.
  request["ConsistentRead"] = table_.options().consistent_reads;
  TRY_ASSIGN(ItemPage items, table_.ReadPage("Scan", std::move(request), last_key));
  BucketPage page;
  page.items.reserve(items.items.size());
  for (Item& item : items.items) page.items.push_back(BucketRecordFromItem(std::move(item)));
  if (items.next) page.next = PageCursor(kWhole, *items.next);
  return page;
}

Result<std::vector<std::optional<BucketRecord>>> AwsBucketTable::GetMany(std::span<const std::string> bucket_ids) {
  std::map<std::string_view, std::optional<BucketRecord>> by_id;
  for (const std::string& id : bucket_ids) by_id[id];
  // The map stands still while its values are filled in.
  std::vector<std::pair<std::string_view, std::optional<BucketRecord>*>> asked;
  for (auto& [id, record] : by_id) asked.emplace_back(id, &record);
  TRY(TryForEachConcurrently(asked.size(), table_.options().workers, [&](std::size_t i) -> Status {
    TRY_ASSIGN(auto items, table_.Query({.attribute = "bucketId", .value = asked[i].first, .limit = ItemCount{1}}));
    if (!items.empty()) *asked[i].second = BucketRecordFromItem(std::move(items[0]));
    return {};
  }));
  std::vector<std::optional<BucketRecord>> records;
  records.reserve(bucket_ids.size());
  for (const std::string& id : bucket_ids) records.push_back(by_id.at(id));
  return records;
}

}  // namespace vams::aws
