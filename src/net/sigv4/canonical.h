#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vams {

// The parts of a canonical request that have rules of their own.

// Removes dot segments and empty segments; a slash at the end stays one.
std::string NormalizePath(std::string_view path);
// The path as sent, normalised and encoded once more as asked; "" is "/".
std::string CanonicalPath(std::string_view path, bool normalize, bool encode_again);
// Encoded, sorted by encoded name and then by encoded value.
std::string CanonicalQuery(const std::vector<std::pair<std::string, std::string>>& query);
// Without white space at the ends, runs of it within cut to one space.
std::string CanonicalHeaderValue(std::string_view value);
// Headers that proxies or the HTTP client change, which must stay unsigned. `lower_name` in lower case.
bool IsUnsignedHeader(std::string_view lower_name);

}  // namespace vams
