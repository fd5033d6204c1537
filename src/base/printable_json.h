#pragma once

#include <string>
#include <string_view>

namespace vams {

// JSON text with what Printable() (base/text.h) escapes written as \uXXXX: C1 controls, line separators, marks of
// direction, invisible characters and tags, which a terminal acts upon or which hide what stands where. It means the
// same, and showing it is as safe as showing any other line. `text` is valid JSON in UTF-8.
std::string PrintableJson(std::string_view text);

}  // namespace vams
