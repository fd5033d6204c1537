#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/cursor.h"
#include "ports/asset_table.h"

namespace vams::aws {

// A position in a scan: the LastEvaluatedKey of a page, with the segment it belongs to. DynamoDB continues a key in
// whatever segment it is told, and would then leave out or repeat records.
Cursor PageCursor(Segment segment, const std::string& last_key);
// The LastEvaluatedKey. kInvalid: no cursor of a scan, or one of another segment or number of segments.
Result<std::string> LastKeyFrom(const Cursor& cursor, Segment segment);

// kInvalid: there is no such segment.
Status CheckSegment(Segment segment);
// kInvalid for 0.
Status CheckLimit(ItemCount limit);

}  // namespace vams::aws
