#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vams {

// A key strictly between `after` and `to` in byte order, about in the middle of what keys usually look like; every key
// of the range begins with `prefix`. nullopt `to`: no upper bound but the prefix. nullopt: none that is plain text, so
// that the range had better stay whole. Right for any keys: the guess decides how even the halves are, nothing else.
std::optional<std::string> KeyBetween(std::string_view after, const std::optional<std::string>& to,
                                      std::string_view prefix);

}  // namespace vams
