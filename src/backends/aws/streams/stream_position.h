#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/cursor.h"

namespace vams::aws {

// A place in a shard of a stream.
struct StreamPosition {
  std::string after;  // sequence number of the last record before it; "": the oldest record that is kept
  bool operator==(const StreamPosition&) const = default;
};

Cursor CursorOf(const StreamPosition& position);
// kInvalid: no cursor of a stream.
Result<StreamPosition> PositionFrom(const Cursor& cursor);

// Sequence numbers are decimal, with up to 40 digits and as many as it takes; other text goes by its bytes.
bool IsLater(const StreamPosition& position, const StreamPosition& than);
// In a form in which texts sort as the numbers do.
std::string SortableSequence(std::string_view sequence);

}  // namespace vams::aws
