#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vams {

// One way in which an index is not as it should be.
struct DefinitionDifference {
  enum class Kind {
    kMissing,    // expected, not there
    kDifferent,  // there with another value
  };
  Kind kind = Kind::kMissing;
  std::string path;      // "mappings.properties.str_key.type", "mappings.dynamic_templates.core_dates"
  std::string expected;  // compact JSON
  std::string actual;    // compact JSON, "" for kMissing
};

// Compares the definition of an index with the expected one, both {"mappings": {...}, "settings": {...}}. What an index
// has beyond is no difference: fields that documents brought along, settings with their defaults. Numbers that the
// service gives back as text and settings below "index" count as the same. Dynamic templates are matched by name, and
// their order counts, since the first that fits a field takes it. kInvalid names the one that is no such JSON.
Result<std::vector<DefinitionDifference>> CheckDefinition(std::string_view expected, std::string_view actual);

}  // namespace vams
