#pragma once

#include <string_view>

namespace vams::cli {

inline constexpr std::string_view kVersion = VAMS_VERSION;

}  // namespace vams::cli
