#include "backends/aws/objects/s3_cursor.h"

#include "base/percent.h"
#include "base/text.h"

namespace vams::aws {

// A version, then the two texts: percent-encoded, so that they hold no space.
Cursor MakeCursor(const S3Position& position) {
  return {"1 " + PercentEncode(position.token) + " " + PercentEncode(position.last_key)};
}

Result<S3Position> ReadCursor(const Cursor& cursor) {
  const std::vector<std::string_view> parts = Split(cursor.token, ' ');
  if (parts.size() != 3 || parts[0] != "1" || (parts[1].empty() && parts[2].empty())) {
    return Fail(ErrorCode::kInvalid, "'{}' is no position in a listing of S3", Printable(cursor.token));
  }
  return S3Position{.token = PercentDecode(parts[1]), .last_key = PercentDecode(parts[2])};
}

}  // namespace vams::aws
