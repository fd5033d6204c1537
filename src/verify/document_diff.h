#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vams {

// 128 bits of SHA-256: enough that two of 10^8 documents never share one by chance.
using Digest = std::array<char, 16>;
Digest DigestOf(std::string_view text);

// The document as compact JSON with the names in byte order, the form of IndexDocument::body. kInvalid: no JSON object.
Result<std::string> CanonicalBody(std::string_view body);

// False only where `body` certainly is not in canonical form, told without parsing it.
bool MayBeCanonical(std::string_view body);

struct FieldDifference {
  std::string field;
  std::string expected;  // JSON; "" where the field should not be there
  std::string actual;    // JSON; "" where it is not there
};

// The fields that differ, by name. Both must be JSON objects (kInvalid else). Numbers compare as numbers.
Result<std::vector<FieldDifference>> DiffDocuments(std::string_view expected, std::string_view actual);

}  // namespace vams
