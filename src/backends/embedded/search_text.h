#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace vams::embedded {

// All text values of a JSON document, at any depth, one a line: what a search looks in. kInvalid: `body` is no JSON
// object. The full-text index is undone by the same text it was made with, so a change of this rule needs a new format.
Result<std::string> SearchText(std::string_view body);

// The FTS5 expression for what a person typed: all words, a trailing '*' is a prefix; whatever else would be syntax is
// a separator. Empty: every document.
std::string FtsExpression(std::string_view query);

}  // namespace vams::embedded
