#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/aws_client.h"
#include "base/result.h"
#include "base/units.h"
#include "model/attribute_value.h"

namespace vams::aws {

inline constexpr AwsClient::JsonProtocol kDynamoDbProtocol{.target = "DynamoDB_20120810", .version = "1.0"};
// What DynamoDB takes for keys; a longer one is refused, so no item has it.
inline constexpr Bytes kMaxPartitionKey{2048};
inline constexpr Bytes kMaxSortKey{1024};

struct DynamoOptions {
  std::string account{};     // that owns the tables, for messages; "" unknown
  std::size_t workers = 16;  // requests that one call of a port has in flight, at most
  // Keys and queries of a table (not of an index, where DynamoDB cannot) see every write that was confirmed before.
  // False costs half as many read units and may answer with what was there a moment ago.
  bool consistent_reads = true;
};

// A page of Scan or Query.
struct ItemPage {
  std::vector<Item> items;
  std::optional<std::string> next;  // LastEvaluatedKey as JSON; nullopt: done
};

// All items of an index or a table with one partition key, by sort key.
struct KeyQuery {
  std::string_view attribute;  // of the partition key
  std::string_view value;
  std::string_view index{};           // "": the table itself
  std::string_view sort_attribute{};  // with sort_value: the sort key must be this
  std::string_view sort_value{};      //
  std::optional<ItemCount> limit{};   // nullopt: all
};

// One table of DynamoDB: what its adapters have in common. Errors have the table's name in front. Safe for concurrent
// calls; never retries or sleeps.
class DynamoTable {
 public:
  // `name`: a name or an ARN, as DynamoDB takes both.
  DynamoTable(std::shared_ptr<const AwsClient> client, std::string name, DynamoOptions options);

  // `operation` with `body`, to which the table's name is added. `index`: the one that is asked, for a refusal.
  Result<nlohmann::ordered_json> Call(std::string_view operation, nlohmann::ordered_json body,
                                      std::string_view index = {}) const;
  // As Call, with the whole request, the table's name included, as text.
  Result<nlohmann::ordered_json> CallText(std::string_view operation, std::string body,
                                          std::string_view index = {}) const;
  // As Call; `request` may hold all of Scan or Query but where to start, which is `from` (the `next` of a page).
  Result<ItemPage> ReadPage(std::string_view operation, nlohmann::ordered_json request,
                            const std::optional<std::string>& from, std::string_view index = {}) const;
  // Pages until done. A value that no key can have: nothing, without asking.
  Result<std::vector<Item>> Query(const KeyQuery& query) const;
  // The reply's "Table".
  Result<nlohmann::ordered_json> Describe() const;

  // kBadReply, with operation and table.
  Error Unreadable(std::string_view operation, std::string_view what) const;

  const std::string& name() const { return name_; }
  const DynamoOptions& options() const { return options_; }
  // Of the table, or of one of its indexes.
  std::string Arn(std::string_view index = {}) const;

 private:
  const std::shared_ptr<const AwsClient> client_;
  const std::string name_;
  const DynamoOptions options_;
};

// Why no item can have such a key; nullopt where one may. For keys without a sort key leave `sort` out.
std::optional<std::string> WhyNoKey(std::string_view partition);
std::optional<std::string> WhyNoKey(std::string_view partition, std::string_view sort);

// As a string of JSON.
std::string Quoted(std::string_view text);
// {"S": "text"}
nlohmann::ordered_json StringValue(std::string_view text);
// What DynamoDB takes for a Limit: more is cut, 0 must have been refused.
std::uint64_t RequestLimit(ItemCount limit);

}  // namespace vams::aws
