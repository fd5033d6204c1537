#pragma once

#include <string_view>

namespace vams::cli {

// The version of the programs; CMakeLists.txt is where it stands.
extern const std::string_view kVersion;

}  // namespace vams::cli
