#include "backends/embedded/cursors.h"

#include <charconv>

#include "base/text.h"

namespace vams::embedded {
namespace {

std::unexpected<Error> Unknown(const Cursor& cursor) {
  return Fail(ErrorCode::kInvalid, "'{}' is no position of this listing", Printable(cursor.token));
}

}  // namespace

Cursor NumberCursor(char kind, std::int64_t number) { return Cursor{fmt::format("{}{}", kind, number)}; }

Result<std::int64_t> NumberFrom(char kind, const Cursor& cursor) {
  const std::string& token = cursor.token;
  if (token.size() < 2 || token[0] != kind) return Unknown(cursor);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(token.data() + 1, token.data() + token.size(), number);
  if (error != std::errc{} || end != token.data() + token.size() || number < 0) return Unknown(cursor);
  return number;
}

Cursor TextCursor(char kind, std::string_view text) { return Cursor{std::string(1, kind).append(text)}; }

Result<std::string_view> TextFrom(char kind, const Cursor& cursor) {
  if (cursor.token.empty() || cursor.token[0] != kind) return Unknown(cursor);
  return std::string_view(cursor.token).substr(1);
}

Status CheckLimit(ItemCount limit) {
  if (limit.value == 0) return Fail(ErrorCode::kInvalid, "a page must be allowed at least one item");
  return {};
}

}  // namespace vams::embedded
