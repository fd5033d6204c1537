#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vams {

// Words as a POSIX shell splits them, with both quotes and backslashes, nothing expanded. nullopt: an open quote.
std::optional<std::vector<std::string>> SplitShellWords(std::string_view text);

}  // namespace vams
