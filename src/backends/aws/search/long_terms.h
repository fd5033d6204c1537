#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "ports/search_index.h"

namespace vams::aws {

// The longest text that can be indexed as one word: Lucene's limit, in bytes of UTF-8.
inline constexpr std::size_t kLongestTerm = 32766;

// The members of `document` that hold a longer text where `mappings` (of an index) takes it as one word and has no
// ignore_above that leaves it out. The check of the parser does not find these, only the write itself does.
std::vector<RefusedField> TooLongTerms(const nlohmann::ordered_json& mappings, const nlohmann::ordered_json& document);

}  // namespace vams::aws
