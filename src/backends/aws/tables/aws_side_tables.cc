#include "backends/aws/tables/aws_side_tables.h"

#include <utility>

#include "backends/aws/tables/dynamo_batch_get.h"
#include "base/concurrently.h"

namespace vams::aws {
namespace {

// `query_of(i)` for each i below `count`, several at once.
template <class QueryOf>
Result<std::vector<std::vector<Item>>> QueryEach(const DynamoTable& table, std::size_t count, const QueryOf& query_of) {
  std::vector<std::vector<Item>> answers(count);
  TRY(TryForEachConcurrently(count, table.options().workers, [&](std::size_t i) -> Status {
    TRY_ASSIGN(answers[i], table.Query(query_of(i)));
    return {};
  }));
  return answers;
}

}  // namespace

AwsSideTables::AwsSideTables(const std::shared_ptr<const AwsClient>& dynamodb, const SideTableNames& names,
                             const DynamoOptions& options)
    : metadata_(dynamodb, names.metadata, options),
      links_(dynamodb, names.links, options),
      versions_(dynamodb, names.versions, options) {}

Result<std::vector<std::optional<Item>>> AwsSideTables::GetMetadata(std::span<const MetadataKey> keys) {
  std::vector<ItemKey> asked;
  asked.reserve(keys.size());
  for (const MetadataKey& key : keys) asked.push_back({key.database_id, key.asset_id});
  return BatchGetItems(metadata_, asked);
}

Result<std::vector<std::vector<Item>>> AwsSideTables::QueryLinks(std::span<const LinkQuery> queries,
                                                                 std::optional<ItemCount> limit) {
  std::vector<std::string> ends;
  ends.reserve(queries.size());
  for (const LinkQuery& query : queries) ends.push_back(query.asset.database_id + ":" + query.asset.asset_id);
  return QueryEach(links_, queries.size(), [&](std::size_t i) {
    const bool from = queries[i].end == LinkEnd::kFrom;
    return KeyQuery{.attribute = from ? "fromAssetDatabaseId:fromAssetId" : "toAssetDatabaseId:toAssetId",
                    .value = ends[i],
                    .index = from ? "fromAssetGSI" : "toAssetGSI",
                    .limit = limit};
  });
}

Result<std::vector<std::vector<Item>>> AwsSideTables::QueryVersions(std::span<const std::string> asset_ids,
                                                                    std::optional<ItemCount> limit) {
  return QueryEach(versions_, asset_ids.size(), [&](std::size_t i) {
    return KeyQuery{.attribute = "assetId", .value = asset_ids[i], .limit = limit};
  });
}

}  // namespace vams::aws
