#include "backends/aws/tables/dynamo_batch_get.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/concurrently.h"
#include "net/error_table.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOperation = "BatchGetItem";
constexpr std::size_t kKeysARequest = 100;
// A reply holds 16 MB, so 100 of the largest items come in three; the rest is for a table that is nearly throttled. A
// request of which nothing was processed is an error reply, and the transport waits and tries it again.
constexpr int kRounds = 10;

// The keys of one request and the places of their items. Sorted; no key twice.
struct Batch {
  std::span<const ItemKey> keys;
  std::span<std::optional<Item>> items;
};

Json ToJson(const ItemKey& key) {
  return Json{{"databaseId", StringValue(key.database_id)}, {"assetId", StringValue(key.asset_id)}};
}

// Of an item or of a key in DynamoDB's JSON; views into `map`.
ItemKey KeyOf(const AttributeMap& map) { return {StringAttribute(map, "databaseId"), StringAttribute(map, "assetId")}; }

std::optional<std::size_t> IndexOf(std::span<const ItemKey> keys, const ItemKey& key) {
  const auto it = std::ranges::lower_bound(keys, key);
  if (it == keys.end() || *it != key) return std::nullopt;
  return static_cast<std::size_t>(it - keys.begin());
}

// Responses and UnprocessedKeys are maps by table; one was asked, whether the reply calls it by its name or its ARN.
template <class Take>
Status ForEachEntry(const DynamoTable& table, const Json& reply, const char* member, const Take& take) {
  const auto tables = reply.find(member);
  if (tables == reply.end() || tables->is_null()) return {};
  if (!tables->is_object()) return std::unexpected(table.Unreadable(kOperation, std::string("its ") + member));
  for (const Json& entry : *tables) TRY(take(entry));
  return {};
}

Status TakeItems(const DynamoTable& table, const Json& reply, const Batch& batch) {
  return ForEachEntry(table, reply, "Responses", [&](const Json& items) -> Status {
    if (!items.is_array()) return std::unexpected(table.Unreadable(kOperation, "its Responses"));
    for (const Json& json : items) {
      auto item = AttributeMapFromDynamoJson(json);
      if (!item) return std::unexpected(table.Unreadable(kOperation, "an item: " + item.error().message));
      const auto at = IndexOf(batch.keys, KeyOf(*item));
      if (!at) return std::unexpected(table.Unreadable(kOperation, "an item that was not asked for"));
      batch.items[*at] = std::move(*item);
    }
    return {};
  });
}

// The places in the batch of the keys to be asked again.
Result<std::vector<std::size_t>> ReadUnprocessed(const DynamoTable& table, const Json& reply, const Batch& batch) {
  std::vector<std::size_t> again;
  TRY(ForEachEntry(table, reply, "UnprocessedKeys", [&](const Json& entry) -> Status {
    const auto keys = entry.is_object() ? entry.find("Keys") : entry.end();
    if (keys == entry.end() || !keys->is_array()) {
      return std::unexpected(table.Unreadable(kOperation, "its UnprocessedKeys"));
    }
    for (const Json& json : *keys) {
      const auto key = AttributeMapFromDynamoJson(json);
      const auto at = key ? IndexOf(batch.keys, KeyOf(*key)) : std::nullopt;
      if (!at) return std::unexpected(table.Unreadable(kOperation, "an unprocessed key that was not asked for"));
      again.push_back(*at);
    }
    return {};
  }));
  std::ranges::sort(again);
  again.erase(std::ranges::unique(again).begin(), again.end());
  return again;
}

Status GetBatch(const DynamoTable& table, const Batch& batch) {
  std::vector<std::size_t> ask(batch.keys.size());
  for (std::size_t i = 0; i < ask.size(); ++i) ask[i] = i;
  for (int round = 0; round < kRounds && !ask.empty(); ++round) {
    Json keys = Json::array();
    for (const std::size_t i : ask) keys.push_back(ToJson(batch.keys[i]));
    Json body;
    body["RequestItems"][table.name()] =
        Json{{"Keys", std::move(keys)}, {"ConsistentRead", table.options().consistent_reads}};
    TRY_ASSIGN(const Json reply, table.Call(kOperation, std::move(body)));
    TRY(TakeItems(table, reply, batch));
    TRY_ASSIGN(ask, ReadUnprocessed(table, reply, batch));
  }
  if (ask.empty()) return {};
  Error error = MakeError(ErrorCode::kThrottled, "table {}: {} of {} keys were left unprocessed {} times", table.name(),
                          ask.size(), batch.keys.size(), kRounds)
                    .WithOperation("dynamodb:BatchGetItem")
                    .WithHint(std::string(HintOf(ErrorClass::kThrottled)));
  error.retryable = true;
  return std::unexpected(std::move(error));
}

}  // namespace

Result<std::vector<std::optional<Item>>> BatchGetItems(const DynamoTable& table, std::span<const ItemKey> keys) {
  std::vector<ItemKey> asked;
  asked.reserve(keys.size());
  std::ranges::copy_if(keys, std::back_inserter(asked),
                       [](const ItemKey& key) { return !WhyNoKey(key.database_id, key.asset_id); });
  std::ranges::sort(asked);
  asked.erase(std::ranges::unique(asked).begin(), asked.end());

  std::vector<std::optional<Item>> found(asked.size());
  const std::size_t batches = (asked.size() + kKeysARequest - 1) / kKeysARequest;
  TRY(TryForEachConcurrently(batches, table.options().workers, [&](std::size_t n) {
    const std::size_t first = n * kKeysARequest;
    const std::size_t size = std::min(kKeysARequest, asked.size() - first);
    return GetBatch(table, {std::span(asked).subspan(first, size), std::span(found).subspan(first, size)});
  }));

  std::vector<std::optional<std::size_t>> places;
  places.reserve(keys.size());
  std::vector<std::size_t> uses(asked.size());
  for (const ItemKey& key : keys) {
    places.push_back(IndexOf(asked, key));
    if (places.back()) ++uses[*places.back()];
  }
  std::vector<std::optional<Item>> answers(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!places[i]) continue;
    std::optional<Item>& item = found[*places[i]];
    if (--uses[*places[i]] == 0) {
      answers[i] = std::move(item);
    } else {
      answers[i] = item;
    }
  }
  return answers;
}

}  // namespace vams::aws
