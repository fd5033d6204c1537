#include "backends/aws/tables/dynamo_table.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "backends/aws/arn.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

// Requests hold valid UTF-8 alone, since keys are checked before; a stray byte elsewhere must not throw.
std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::optional<std::string> WhyNoPart(std::string_view part, Bytes most) {
  if (part.empty()) return "a key must not be empty";
  if (part.size() > most.value) return fmt::format("a key of {} bytes is longer than {}", part.size(), most.value);
  if (!IsUtf8(part)) return "a key must be UTF-8";
  return std::nullopt;
}

}  // namespace

DynamoTable::DynamoTable(std::shared_ptr<const AwsClient> client, std::string name, DynamoOptions options)
    : client_(std::move(client)), name_(std::move(name)), options_(std::move(options)) {}

std::string DynamoTable::Arn(std::string_view index) const {
  std::string arn = name_.starts_with("arn:")
                        ? name_
                        : ResourceArn("dynamodb", client_->region(), options_.account, "table/" + name_);
  if (!index.empty()) arn.append("/index/").append(index);
  return arn;
}

Result<Json> DynamoTable::Call(std::string_view operation, Json body, std::string_view index) const {
  // BatchGetItem names its tables inside RequestItems.
  if (operation != "BatchGetItem") body["TableName"] = name_;
  return CallText(operation, Dump(body), index);
}

Result<Json> DynamoTable::CallText(std::string_view operation, std::string body, std::string_view index) const {
  auto reply = client_->CallJson(kDynamoDbProtocol, operation, std::move(body), Arn(index));
  if (!reply) return std::unexpected(std::move(reply.error()).In("table " + name_));
  return reply;
}

Result<ItemPage> DynamoTable::ReadPage(std::string_view operation, Json request, const std::optional<std::string>& from,
                                       std::string_view index) const {
  if (from) {
    request["ExclusiveStartKey"] = Json::parse(*from, nullptr, false);
    if (!request["ExclusiveStartKey"].is_object()) return Fail(ErrorCode::kInvalid, "the position is no key of a page");
  }
  TRY_ASSIGN(const Json reply, Call(operation, std::move(request), index));
  const auto items = reply.find("Items");
  if (items == reply.end() || !items->is_array()) return std::unexpected(Unreadable(operation, "it has no Items"));
  ItemPage page;
  page.items.reserve(items->size());
  for (const Json& item : *items) {
    auto parsed = AttributeMapFromDynamoJson(item);
    if (!parsed) return std::unexpected(Unreadable(operation, "an item: " + parsed.error().message));
    page.items.push_back(std::move(*parsed));
  }
  const auto next = reply.find("LastEvaluatedKey");
  if (next == reply.end() || next->is_null()) return page;
  const auto key = AttributeMapFromDynamoJson(*next);
  if (!key || key->empty()) return std::unexpected(Unreadable(operation, "its LastEvaluatedKey"));
  page.next = DumpDynamoJson(*key);
  // It would go on for ever.
  if (page.next == from) return std::unexpected(Unreadable(operation, "it ends where it started"));
  return page;
}

Result<std::vector<Item>> DynamoTable::Query(const KeyQuery& query) const {
  if (WhyNoKey(query.value)) return std::vector<Item>{};
  Json request;
  Json names{{"#p", query.attribute}};
  Json values{{":p", StringValue(query.value)}};
  std::string condition = "#p = :p";
  if (!query.sort_attribute.empty()) {
    if (WhyNoKey(query.value, query.sort_value)) return std::vector<Item>{};
    names["#s"] = query.sort_attribute;
    values[":s"] = StringValue(query.sort_value);
    condition += " AND #s = :s";
  }
  if (query.index.empty()) {
    request["ConsistentRead"] = options_.consistent_reads;
  } else {
    request["IndexName"] = query.index;
  }
  request["KeyConditionExpression"] = condition;
  request["ExpressionAttributeNames"] = std::move(names);
  request["ExpressionAttributeValues"] = std::move(values);
  std::vector<Item> items;
  std::optional<std::string> from;
  do {
    if (query.limit) {
      if (items.size() >= query.limit->value) break;
      request["Limit"] = RequestLimit({query.limit->value - items.size()});
    }
    TRY_ASSIGN(ItemPage page, ReadPage("Query", request, from, query.index));
    std::ranges::move(page.items, std::back_inserter(items));
    from = std::move(page.next);
  } while (from);
  if (query.limit && items.size() > query.limit->value) items.resize(query.limit->value);
  return items;
}

Result<Json> DynamoTable::Describe() const {
  TRY_ASSIGN(Json reply, Call("DescribeTable", Json::object()));
  const auto table = reply.find("Table");
  if (table == reply.end() || !table->is_object())
    return std::unexpected(Unreadable("DescribeTable", "it has no Table"));
  return Json(std::move(*table));
}

Error DynamoTable::Unreadable(std::string_view operation, std::string_view what) const {
  return MakeError(ErrorCode::kBadReply, "table {}: the reply cannot be read: {}", name_, what)
      .WithOperation(OperationName({.service = client_->service(), .operation = std::string(operation)}));
}

std::optional<std::string> WhyNoKey(std::string_view partition) { return WhyNoPart(partition, kMaxPartitionKey); }

std::optional<std::string> WhyNoKey(std::string_view partition, std::string_view sort) {
  if (auto why = WhyNoPart(partition, kMaxPartitionKey)) return why;
  return WhyNoPart(sort, kMaxSortKey);
}

std::string Quoted(std::string_view text) { return Dump(text); }

Json StringValue(std::string_view text) { return Json{{"S", text}}; }

std::uint64_t RequestLimit(ItemCount limit) {
  constexpr std::uint64_t kMost = 2'147'483'647;
  return std::min(limit.value, kMost);
}

}  // namespace vams::aws
