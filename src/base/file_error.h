#pragma once

#include <filesystem>
#include <string_view>

#include "base/error.h"

namespace vams {

// "cannot <what> <path>: <reason>" for an errno of a system call: kNoSpace, kReadOnly, kAccessDenied, else kIo.
Error FileError(std::string_view what, const std::filesystem::path& path, int error_number);

}  // namespace vams
