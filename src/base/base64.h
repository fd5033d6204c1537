#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vams {

// Standard alphabet with padding (RFC 4648, section 4).
std::string Base64Encode(std::string_view bytes);
// nullopt for anything but well-formed, padded base64.
std::optional<std::string> Base64Decode(std::string_view text);

}  // namespace vams
