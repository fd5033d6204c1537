#include "backends/aws/tables/aws_asset_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/tables/dynamo_batch_get.h"
#include "backends/aws/tables/page_cursor.h"
#include "base/concurrently.h"
#include "base/mutex.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

// The table itself is at fault, so every further key would be refused as this one was.
bool IsOfTheTable(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kAccessDenied;
}

}  // namespace

AwsAssetTable::AwsAssetTable(std::shared_ptr<const AwsClient> dynamodb, std::string table, DynamoOptions options)
    : table_(std::move(dynamodb), std::move(table), std::move(options)) {}

Result<AssetPage> AwsAssetTable::Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) {
  return ScanWith(Json::object(), segment, from, limit);
}

Result<AssetPage> AwsAssetTable::ScanWith(Json request, Segment segment, const std::optional<Cursor>& from,
                                          ItemCount limit) {
  TRY(CheckSegment(segment));
  TRY(CheckLimit(limit));
  std::optional<std::string> last_key;
  if (from) {
    TRY_ASSIGN(last_key, LastKeyFrom(*from, segment));
  }
  request["Segment"] = segment.index;
  request["TotalSegments"] = segment.total;
  request["Limit"] = RequestLimit(limit);
  TRY_ASSIGN(ItemPage items, table_.ReadPage("Scan", std::move(request), last_key));
  AssetPage page;
  page.items.reserve(items.items.size());
  for (Item& item : items.items) page.items.push_back(AssetRecordFromItem(std::move(item)));
  if (items.next) page.next = PageCursor(segment, *items.next);
  return page;
}

Result<AssetKeyPage> AwsAssetTable::ScanKeys(Segment segment, const std::optional<Cursor>& from, ItemCount limit) {
  TRY_ASSIGN(AssetPage records, ScanWith({{"ProjectionExpression", "databaseId, assetId"}}, segment, from, limit));
  AssetKeyPage page{.keys = {}, .next = std::move(records.next)};
  page.keys.reserve(records.items.size());
  for (AssetRecord& record : records.items) page.keys.push_back(std::move(record.key));
  return page;
}

Result<std::vector<std::optional<AssetRecord>>> AwsAssetTable::GetMany(std::span<const AssetKey> keys) {
  std::vector<ItemKey> asked;
  asked.reserve(keys.size());
  for (const AssetKey& key : keys) asked.push_back({key.database_id, key.asset_id});
  TRY_ASSIGN(auto items, BatchGetItems(table_, asked));
  std::vector<std::optional<AssetRecord>> records(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (items[i]) records[i] = AssetRecordFromItem(std::move(*items[i]));
  }
  return records;
}

Result<std::vector<AssetRecord>> AwsAssetTable::FindInBucket(std::string_view bucket_id, std::string_view asset_id) {
  TRY_ASSIGN(auto items, table_.Query({.attribute = "bucketId",
                                       .value = bucket_id,
                                       .index = "BucketIdGSI",
                                       .sort_attribute = "assetId",
                                       .sort_value = asset_id}));
  std::vector<AssetRecord> records;
  records.reserve(items.size());
  for (Item& item : items) records.push_back(AssetRecordFromItem(std::move(item)));
  // The index does not order what has both of its keys in common.
  std::ranges::sort(records, {}, [](const AssetRecord& record) { return record.key.database_id; });
  return records;
}

Result<std::vector<std::vector<AssetRecord>>> AwsAssetTable::FindManyInBucket(std::span<const BucketAsset> wanted) {
  std::vector<std::vector<AssetRecord>> found(wanted.size());
  TRY(TryForEachConcurrently(wanted.size(), table_.options().workers, [&](std::size_t i) -> Status {
    TRY_ASSIGN(found[i], FindInBucket(wanted[i].bucket_id, wanted[i].asset_id));
    return {};
  }));
  return found;
}

// `update`: the text of the request but for the key and the last brace.
Result<TouchOutcome> AwsAssetTable::Update(const AssetKey& key, const std::string& update) const {
  if (const auto why = WhyNoKey(key.database_id, key.asset_id)) return Fail(ErrorCode::kInvalid, "{}", *why);
  auto reply =
      table_.CallText("UpdateItem", fmt::format(R"({},"Key":{{"databaseId":{{"S":{}}},"assetId":{{"S":{}}}}}}})",
                                                update, Quoted(key.database_id), Quoted(key.asset_id)));
  if (reply) return TouchOutcome::kDone;
  if (reply.error().code == ErrorCode::kPrecondition) return TouchOutcome::kGone;
  return std::unexpected(std::move(reply.error()));
}

Result<std::vector<Result<TouchOutcome>>> AwsAssetTable::UpdateEach(std::span<const AssetKey> keys, Json update) const {
  update["TableName"] = table_.name();
  std::string text = update.dump();
  text.pop_back();
  std::vector<Result<TouchOutcome>> outcomes(keys.size());
  Mutex mu;
  std::optional<Error> of_the_table;
  ForEachConcurrently(keys.size(), table_.options().workers, [&](std::size_t i) {
    {
      const MutexLock lock(mu);
      if (of_the_table) {
        outcomes[i] = std::unexpected(*of_the_table);
        return;
      }
    }
    outcomes[i] = Update(keys[i], text);
    if (!outcomes[i] && IsOfTheTable(outcomes[i].error())) {
      const MutexLock lock(mu);
      of_the_table = outcomes[i].error();
    }
  });
  const bool refused_all = std::ranges::all_of(outcomes, [](const Result<TouchOutcome>& outcome) {
    return !outcome && (IsOfTheTable(outcome.error()) || outcome.error().code == ErrorCode::kInvalid);
  });
  if (of_the_table && refused_all) return std::unexpected(std::move(*of_the_table));
  return outcomes;
}

Result<std::vector<Result<TouchOutcome>>> AwsAssetTable::Touch(std::span<const AssetKey> keys, std::string_view value) {
  if (!IsUtf8(value)) return Fail(ErrorCode::kInvalid, "the value of a touch must be UTF-8");
  Json update;
  update["UpdateExpression"] = "SET #d = :v";
  update["ConditionExpression"] = "attribute_exists(databaseId)";
  update["ExpressionAttributeNames"] = Json{{"#d", kReindexDateAttribute}};
  update["ExpressionAttributeValues"] = Json{{":v", StringValue(value)}};
  return UpdateEach(keys, std::move(update));
}

Result<std::vector<Result<TouchOutcome>>> AwsAssetTable::Clear(std::span<const AssetKey> keys, ClearTouch how) {
  Json update;
  update["UpdateExpression"] = how == ClearTouch::kRemove ? "REMOVE #d" : "SET #d = :v";
  update["ConditionExpression"] = "attribute_exists(#d)";
  update["ExpressionAttributeNames"] = Json{{"#d", kReindexDateAttribute}};
  if (how == ClearTouch::kSetNull) update["ExpressionAttributeValues"] = Json{{":v", {{"NULL", true}}}};
  return UpdateEach(keys, std::move(update));
}

Result<ItemCount> AwsAssetTable::ApproximateCount() {
  TRY_ASSIGN(const Json table, table_.Describe());
  const auto count = table.find("ItemCount");
  if (count == table.end() || !count->is_number_unsigned()) {
    return std::unexpected(table_.Unreadable("DescribeTable", "it has no ItemCount"));
  }
  return ItemCount{count->get<std::uint64_t>()};
}

}  // namespace vams::aws
