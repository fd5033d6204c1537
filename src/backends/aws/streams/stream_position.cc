#include "backends/aws/streams/stream_position.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDigits = 40;

}  // namespace

Cursor CursorOf(const StreamPosition& position) {
  return {Json{{"after", position.after}}.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Result<StreamPosition> PositionFrom(const Cursor& cursor) {
  const Json json = Json::parse(cursor.token, nullptr, false);
  if (!json.is_object() || json.size() != 1 || json.begin().key() != "after" || !json.begin()->is_string()) {
    return Fail(ErrorCode::kInvalid, "not a position in a stream of DynamoDB");
  }
  return StreamPosition{json.begin()->get<std::string>()};
}

bool IsLater(const StreamPosition& position, const StreamPosition& than) {
  if (than.after.empty() || position.after.empty()) return than.after.empty() && !position.after.empty();
  return SortableSequence(position.after) > SortableSequence(than.after);
}

std::string SortableSequence(std::string_view sequence) {
  const bool digits = std::ranges::all_of(sequence, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || sequence.size() >= kDigits) return std::string(sequence);
  return std::string(kDigits - sequence.size(), '0').append(sequence);
}

}  // namespace vams::aws
