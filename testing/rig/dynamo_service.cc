#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "net/gzip.h"
#include "testing/rig/rows.h"
#include "testing/rig/service.h"

namespace vams::rig {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kJson = "application/x-amz-json-1.0";
constexpr std::size_t kPageBytes = 1 << 20;
constexpr std::size_t kMostKeys = 100;
constexpr std::size_t kMostWrites = 25;
constexpr std::string_view kDate = "_os_reindex_date";

void RefuseDynamo(Reply& reply, std::string_view code, std::string_view message) {
  reply.Refuse(400, kJson,
               Json{{"__type", fmt::format("com.amazonaws.dynamodb.v20120810#{}", code)}, {"message", message}}.dump());
}

enum class Table { kAssets, kBuckets, kEmpty };

struct NamedTable {
  std::string_view name;
  std::string_view role;  // as faults name it
  Table table;
};
constexpr std::array<NamedTable, 5> kTables{{{kAssetTable, "assets", Table::kAssets},
                                             {kBucketTable, "buckets", Table::kBuckets},
                                             {kMetadataTable, "metadata", Table::kEmpty},
                                             {kLinkTable, "links", Table::kEmpty},
                                             {kVersionTable, "versions", Table::kEmpty}}};

std::optional<Table> FindTable(const Serving& serving, std::string_view name) {
  if (name.starts_with("arn:")) name = name.substr(name.rfind('/') + 1);
  const auto found = std::ranges::find(kTables, name, &NamedTable::name);
  if (found == kTables.end() || found->role == serving.table_gone) return std::nullopt;
  return found->table;
}

std::string TextOf(const Json& map, const char* name) {
  const auto at = map.find(name);
  if (at == map.end() || !at->is_object()) return {};
  return at->value("S", "");
}

// A row that is there, by its whole key.
std::optional<std::uint64_t> FindRow(const Serving& serving, Table table, const Json& key) {
  const World& world = serving.world;
  if (table == Table::kAssets) {
    const auto asset = world.deployment().FindAsset(TextOf(key, "databaseId"), TextOf(key, "assetId"));
    return asset && !world.IsDeleted(*asset) ? asset : std::nullopt;
  }
  return table == Table::kBuckets ? FindBucketId(world.deployment(), TextOf(key, "bucketId")) : std::nullopt;
}

void AppendRow(const Serving& serving, Table table, std::uint64_t row, std::string& out) {
  if (table == Table::kAssets) {
    AppendAssetRow(serving.world, row, out);
  } else {
    AppendBucketRow(serving.world.deployment(), row, out);
  }
}

std::string KeyOf(const Serving& serving, Table table, std::uint64_t row) {
  std::string out;
  AppendRow(serving, table, row, out);
  const Json whole = Json::parse(out);
  Json key;
  const std::array<const char*, 2> names = table == Table::kAssets
                                               ? std::array{"databaseId", "assetId"}
                                               : std::array{"bucketId", "bucketName:baseAssetsPrefix"};
  for (const char* name : names) key[name] = whole[name];
  return key.dump();
}

constexpr const char* kAssetKey = "databaseId, assetId";

// One page of rows, `step` apart, as Scan and Query answer.
class Page {
 public:
  Page(const Serving& serving, Table table, const Json& request) : serving_(serving), table_(table) {
    limit_ = request.value("Limit", limit_);
    counts_only_ = request.value("Select", "") == "COUNT";
    keys_only_ = request.contains("ProjectionExpression");
    if (const auto from = request.find("ExclusiveStartKey"); from != request.end()) {
      // A row that was deleted since is as good a place to start as any.
      after_ = table == Table::kAssets
                   ? serving.world.deployment().FindAsset(TextOf(*from, "databaseId"), TextOf(*from, "assetId"))
                   : FindRow(serving, table, *from);
    }
  }

  void Answer(std::uint64_t first, std::uint64_t end, std::uint64_t step, Reply& reply) {
    std::uint64_t row = first;
    if (after_) row = std::max(row, *after_ + step);
    std::string& body = reply.body;
    body = R"({"Items":[)";
    const std::size_t items_begin = body.size();
    std::uint64_t count = 0;
    std::optional<std::uint64_t> last;
    for (; row < end; row += step) {
      if (count == limit_ || body.size() > kPageBytes) break;
      if (table_ == Table::kAssets && serving_.world.IsDeleted(row)) continue;
      if (!counts_only_) {
        if (count > 0) body += ',';
        keys_only_ ? AppendAssetKey(serving_.world, row, body) : AppendRow(serving_, table_, row, body);
      }
      ++count;
      last = row;
    }
    if (counts_only_) body.resize(items_begin);
    body += fmt::format(R"(],"Count":{0},"ScannedCount":{0})", count);
    // As the service does, also where nothing follows but it has not looked.
    if (last && (row < end || count == limit_)) body += R"(,"LastEvaluatedKey":)" + KeyOf(serving_, table_, *last);
    body += '}';
  }

 private:
  const Serving& serving_;
  Table table_;
  std::uint64_t limit_ = ~std::uint64_t{0};
  bool counts_only_ = false;
  bool keys_only_ = false;  // of assets
  std::optional<std::uint64_t> after_;
};

void AnswerNothing(Reply& reply) { reply.body = R"({"Items":[],"Count":0,"ScannedCount":0})"; }

void Scan(const Serving& serving, Table table, const Json& request, Reply& reply) {
  const std::uint64_t total = request.value("TotalSegments", std::uint64_t{1});
  const std::uint64_t segment = request.value("Segment", std::uint64_t{0});
  if (total == 0 || segment >= total || request.contains("FilterExpression")) {
    return RefuseDynamo(reply, "ValidationException", "Segments out of range, or a filter");
  }
  const std::string projection = request.value("ProjectionExpression", kAssetKey);
  if (projection != kAssetKey || (table != Table::kAssets && request.contains("ProjectionExpression"))) {
    return RefuseDynamo(reply, "ValidationException", "No projection is played but that of the keys of assets");
  }
  if (table == Table::kEmpty) return AnswerNothing(reply);
  const Deployment& deployment = serving.world.deployment();
  const std::uint64_t rows = table == Table::kAssets ? deployment.assets() : deployment.buckets();
  Page(serving, table, request).Answer(rows * segment / total, rows * (segment + 1) / total, 1, reply);
}

// "#p = :p AND #s = :s", in parentheses or not, to attribute and text; nullopt for anything else.
std::optional<Json> ReadConditions(const Json& request) {
  std::string text = request.value("KeyConditionExpression", "");
  std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == ' '; });
  const Json names = request.value("ExpressionAttributeNames", Json::object());
  const Json values = request.value("ExpressionAttributeValues", Json::object());
  Json conditions = Json::object();
  while (!text.empty()) {
    const std::size_t end = text.find("AND");
    const std::string one = text.substr(0, end);
    text.erase(0, end == std::string::npos ? text.size() : end + 3);
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) return std::nullopt;
    std::string name = one.substr(0, equals);
    if (name.starts_with('#')) name = names.value(name, "");
    const auto value = values.find(one.substr(equals + 1));
    if (value == values.end()) return std::nullopt;
    conditions[name] = *value;
  }
  return conditions;
}

void Query(const Serving& serving, Table table, const Json& request, Reply& reply) {
  const auto conditions = ReadConditions(request);
  if (!conditions || conditions->empty())
    return RefuseDynamo(reply, "ValidationException", "Such a query is not played");
  if (table == Table::kEmpty) return AnswerNothing(reply);
  const Deployment& deployment = serving.world.deployment();
  Page page(serving, table, request);
  const auto only = [&](std::optional<std::uint64_t> row) {
    return row ? page.Answer(*row, *row + 1, 1, reply) : AnswerNothing(reply);
  };
  if (table == Table::kBuckets) return only(FindBucketId(deployment, TextOf(*conditions, "bucketId")));
  const std::string asset_id = TextOf(*conditions, "assetId");
  if (request.value("IndexName", "") == "BucketIdGSI") {
    const auto bucket = FindBucketId(deployment, TextOf(*conditions, "bucketId"));
    if (!bucket) return AnswerNothing(reply);
    if (!conditions->contains("assetId")) return page.Answer(*bucket, deployment.assets(), deployment.buckets(), reply);
    const auto asset = deployment.FindAsset(asset_id);
    return only(asset && deployment.BucketOfAsset(*asset) == *bucket ? asset : std::nullopt);
  }
  if (!conditions->contains("assetId")) return RefuseDynamo(reply, "ValidationException", "Such a query is not played");
  only(deployment.FindAsset(TextOf(*conditions, "databaseId"), asset_id));
}

void GetItem(const Serving& serving, Table table, const Json& request, Reply& reply) {
  const auto row = FindRow(serving, table, request.value("Key", Json::object()));
  reply.body = "{";
  if (row) {
    reply.body += R"("Item":)";
    AppendRow(serving, table, *row, reply.body);
  }
  reply.body += '}';
}

void RefuseTable(Reply& reply) { RefuseDynamo(reply, "ResourceNotFoundException", "Requested resource not found"); }

void BatchGetItem(const Serving& serving, const Json& request, Reply& reply) {
  std::string body = R"({"Responses":{)";
  std::size_t keys = 0;
  bool first_table = true;
  const Json tables = request.value("RequestItems", Json::object());
  for (const auto& [name, entry] : tables.items()) {
    const auto table = FindTable(serving, name);
    if (!table) return RefuseTable(reply);
    body += fmt::format("{}\"{}\":[", first_table ? "" : ",", name);
    first_table = false;
    bool first = true;
    for (const Json& key : entry.value("Keys", Json::array())) {
      if (++keys > kMostKeys) return RefuseDynamo(reply, "ValidationException", "Too many items requested");
      const auto row = FindRow(serving, *table, key);
      if (!row) continue;
      if (!first) body += ',';
      first = false;
      AppendRow(serving, *table, *row, body);
    }
    body += ']';
  }
  reply.body = body + R"(},"UnprocessedKeys":{}})";
}

void RefuseUpdate(const Serving& serving, Reply& reply, std::string_view why) {
  ++serving.world.counters.refused_updates;
  RefuseDynamo(reply, "ValidationException", why);
}

void UpdateItem(const Serving& serving, Table table, const Json& request, Reply& reply) {
  World& world = serving.world;
  const Json key = request.value("Key", Json::object());
  const auto asset = world.deployment().FindAsset(TextOf(key, "databaseId"), TextOf(key, "assetId"));
  if (table != Table::kAssets || key.size() != 2) return RefuseUpdate(serving, reply, "Only assets are updated here");
  const std::string update = request.value("UpdateExpression", "");
  const std::string condition = request.value("ConditionExpression", "");
  const Json names = request.value("ExpressionAttributeNames", Json::object());
  const Json values = request.value("ExpressionAttributeValues", Json::object());
  const bool of_the_date = names.size() == 1 && names.value("#d", "") == kDate;
  const bool sets = update == "SET #d = :v" && values.size() == 1 && values.contains(":v");
  const bool removes = update == "REMOVE #d" && values.empty();
  reply.body = "{}";
  if (serving.settings.any_update && condition.empty() && of_the_date && sets && asset) {
    return world.Overwrite(*asset, world.EditsOf(*asset), true, serving.now);
  }
  World::Touched touched = World::Touched::kGone;
  if (of_the_date && sets && condition == "attribute_exists(databaseId)") {
    if (asset) touched = world.Touch(*asset, TextOf(values, ":v"), serving.now);
  } else if (of_the_date && (sets || removes) && condition == "attribute_exists(#d)") {
    if (asset) touched = world.ClearTouch(*asset);
  } else {
    return RefuseUpdate(serving, reply, "An update without the condition that it must have");
  }
  if (touched == World::Touched::kGone) {
    RefuseDynamo(reply, "ConditionalCheckFailedException", "The conditional request failed");
  }
}

// False: no asset has such a record.
bool Put(const Serving& serving, const Json& item) {
  World& world = serving.world;
  const auto asset = world.deployment().FindAsset(TextOf(item, "databaseId"), TextOf(item, "assetId"));
  if (asset)
    world.Overwrite(*asset, EditsShown(TextOf(item, "description")), item.contains(std::string(kDate)), serving.now);
  return asset.has_value();
}

void PutItem(const Serving& serving, Table table, const Json& request, Reply& reply) {
  const bool plain = !request.contains("ConditionExpression");
  if (table != Table::kAssets || !plain || !Put(serving, request.value("Item", Json::object()))) {
    return RefuseDynamo(reply, "ValidationException", "Such a write is not played");
  }
  reply.body = "{}";
}

void BatchWriteItem(const Serving& serving, const Json& request, Reply& reply) {
  std::size_t writes = 0;
  const Json tables = request.value("RequestItems", Json::object());
  for (const auto& [name, requests] : tables.items()) {
    const auto table = FindTable(serving, name);
    if (!table) return RefuseTable(reply);
    for (const Json& one : requests) {
      const bool taken = *table == Table::kAssets && ++writes <= kMostWrites && one.contains("PutRequest") &&
                         Put(serving, one["PutRequest"].value("Item", Json::object()));
      if (!taken) return RefuseDynamo(reply, "ValidationException", "Such a write is not played");
    }
  }
  reply.body = R"({"UnprocessedItems":{}})";
}

void DescribeTable(const Serving& serving, Table table, std::string_view name, Reply& reply) {
  const Deployment& deployment = serving.world.deployment();
  const std::uint64_t rows = table == Table::kAssets    ? serving.world.LivingAssets()
                             : table == Table::kBuckets ? deployment.buckets()
                                                        : 0;
  reply.body = Json{{"Table",
                     {{"TableName", name},
                      {"TableStatus", "ACTIVE"},
                      {"ItemCount", rows},
                      {"TableSizeBytes", rows * 500},
                      {"TableArn", fmt::format("arn:aws:dynamodb:{}:{}:table/{}", kRegion, kAccount, name)},
                      {"BillingModeSummary", {{"BillingMode", "PAY_PER_REQUEST"}}}}}}
                   .dump();
}

void ListTables(const Serving& serving, Reply& reply) {
  Json names = Json::array();
  for (const NamedTable& table : kTables) {
    if (table.role != serving.table_gone) names.push_back(table.name);
  }
  reply.body = Json{{"TableNames", names}}.dump();
}

void ServeTable(const Serving& serving, Operation operation, const Json& request, Reply& reply) {
  const std::string name = request.value("TableName", "");
  const auto table = FindTable(serving, name);
  if (!table) return RefuseTable(reply);
  switch (operation) {
    case Operation::kScan: return Scan(serving, *table, request, reply);
    case Operation::kQuery: return Query(serving, *table, request, reply);
    case Operation::kGetItem: return GetItem(serving, *table, request, reply);
    case Operation::kUpdateItem: return UpdateItem(serving, *table, request, reply);
    case Operation::kPutItem: return PutItem(serving, *table, request, reply);
    default: return DescribeTable(serving, *table, name, reply);
  }
}

}  // namespace

void ServeDynamoDb(const Serving& serving, Operation operation, const Request& request, Reply& reply) {
  const Json body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  reply.type = kJson;
  if (!body.is_object()) {
    RefuseDynamo(reply, "SerializationException", "no JSON object");
  } else {
    try {
      switch (operation) {
        case Operation::kBatchGetItem: BatchGetItem(serving, body, reply); break;
        case Operation::kBatchWriteItem: BatchWriteItem(serving, body, reply); break;
        case Operation::kListTables: ListTables(serving, reply); break;
        default: ServeTable(serving, operation, body, reply);
      }
    } catch (const Json::exception& error) {
      // A member of another type than the service takes.
      RefuseDynamo(reply, "SerializationException", error.what());
    }
  }
  reply.headers += "x-amz-crc32: ";
  AppendNumber(Crc32(reply.body), reply.headers);
  reply.headers += "\r\n";
}

}  // namespace vams::rig
