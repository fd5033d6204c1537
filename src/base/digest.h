#pragma once

#include <string>
#include <string_view>

namespace vams {

// SHA-256 in small hex digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace vams
