#pragma once

#include <string_view>

namespace vams {

// Whether upstream takes the text for a date: dddd-dd-ddTdd:dd:dd or dddd-dd-dd dd:dd:dd with anything after it, or
// dddd-dd-dd alone with at most one newline after it. d is a decimal digit of any script. Ranges are not checked.
// Source: docs/reference/vams-behaviour.md, 3.6.
bool LooksLikeDate(std::string_view text);

}  // namespace vams
