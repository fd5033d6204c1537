#include "backends/aws/tables/page_cursor.h"

#include <nlohmann/json.hpp>

#include "model/attribute_value.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kMaxSegments = 1'000'000;

bool IsNumber(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_number_unsigned();
}

}  // namespace

Cursor PageCursor(Segment segment, const std::string& last_key) {
  Json json;
  json["segment"] = segment.index;
  json["total"] = segment.total;
  json["key"] = Json::parse(last_key, nullptr, false);
  return {json.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Result<std::string> LastKeyFrom(const Cursor& cursor, Segment segment) {
  const Json json = Json::parse(cursor.token, nullptr, false);
  if (!json.is_object() || !IsNumber(json, "segment") || !IsNumber(json, "total") || !json.contains("key") ||
      json["key"].empty()) {
    return Fail(ErrorCode::kInvalid, "not a position in a scan of DynamoDB");
  }
  const auto key = AttributeMapFromDynamoJson(json["key"]);
  if (!key) return Fail(ErrorCode::kInvalid, "not a position in a scan of DynamoDB: {}", key.error().message);
  const auto index = json["segment"].get<std::uint64_t>();
  const auto total = json["total"].get<std::uint64_t>();
  if (index != segment.index || total != segment.total) {
    return Fail(ErrorCode::kInvalid, "the position is one of segment {} of {}, not of {} of {}", index, total,
                segment.index, segment.total);
  }
  return DumpDynamoJson(*key);
}

Status CheckSegment(Segment segment) {
  if (segment.total == 0 || segment.total > kMaxSegments || segment.index >= segment.total) {
    return Fail(ErrorCode::kInvalid, "segment {} of {} does not exist", segment.index, segment.total);
  }
  return {};
}

Status CheckLimit(ItemCount limit) {
  if (limit.value == 0) return Fail(ErrorCode::kInvalid, "a page must have room for one item");
  return {};
}

}  // namespace vams::aws
