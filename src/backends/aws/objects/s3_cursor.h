#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/cursor.h"

namespace vams::aws {

// Where a listing goes on: by the service's token, or, where the service does not take that any more, after a key.
struct S3Position {
  std::string token;     // "": none, the listing begins after `last_key`
  std::string last_key;  // the last that was listed; "" where nothing was yet
};

Cursor MakeCursor(const S3Position& position);
// kInvalid: not made by MakeCursor.
Result<S3Position> ReadCursor(const Cursor& cursor);

}  // namespace vams::aws
