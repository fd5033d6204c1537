#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace vams::cli {

// Adds a line "path: expected X, got Y" for each place where two JSON values differ: the order of names does not
// matter, numbers compare as numbers, an absent name is not null.
void AddDifferences(std::vector<std::string>& lines, const std::string& path, const nlohmann::ordered_json& expected,
                    const nlohmann::ordered_json& actual);

}  // namespace vams::cli
