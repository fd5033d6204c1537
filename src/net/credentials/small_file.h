#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace vams {

// A whole file of at most 1 MiB: configuration, tokens. nullopt: there is none. An error names the file and the reason
// (kAccessDenied, kTooLarge, kIo), nothing of its content.
Result<std::optional<std::string>> ReadSmallFile(const std::string& path);

// Puts `text` into the place of `path`, whole or not at all, readable by its owner only.
Status ReplacePrivateFile(const std::string& path, std::string_view text);

}  // namespace vams
