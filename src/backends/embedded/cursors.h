#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "model/cursor.h"

namespace vams::embedded {

// Pages end early once they hold this much, so that memory stays bounded whatever the items are.
inline constexpr Bytes kPageBytes{std::uint64_t{2} << 20};

// Cursors of reads that go on after a row number. `kind` is one letter that tells ports apart.
Cursor NumberCursor(char kind, std::int64_t number);
// kInvalid: the cursor is not one of this kind.
Result<std::int64_t> NumberFrom(char kind, const Cursor& cursor);

// Cursors of reads that go on after a text.
Cursor TextCursor(char kind, std::string_view text);
Result<std::string_view> TextFrom(char kind, const Cursor& cursor);

// kInvalid for a limit of 0.
Status CheckLimit(ItemCount limit);

}  // namespace vams::embedded
