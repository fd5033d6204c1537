#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace vams {

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form of RFC 9110 that is still sent; nullopt for anything else.
std::optional<UtcTime> ParseHttpDate(std::string_view text);

}  // namespace vams
