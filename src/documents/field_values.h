#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/attribute_value.h"

namespace vams {

// One field of a document: its JSON is ready to be written.
struct DocumentField {
  std::string name;
  std::string json;
  bool sendable = true;  // false: a value that upstream's client cannot turn into JSON
};

// The fixed fields, read as pydantic 1.10 does (docs/reference/vams-behaviour.md, 3.5). nullptr and NULL give null.
// False where the value cannot be read so; `out` is as it was then.
[[nodiscard]] bool AppendFixedText(std::string& out, const AttributeValue* value);
[[nodiscard]] bool AppendFixedBoolean(std::string& out, const AttributeValue* value);
// nullptr gives [].
[[nodiscard]] bool AppendFixedTextList(std::string& out, const AttributeValue* value);

// Adds the field MD_<type>_<name> of a metadata attribute (3.6), unless its name is left out. False where upstream
// raises (bytes); nothing was added then.
[[nodiscard]] bool AddMetadataField(std::vector<DocumentField>& fields, std::string_view attribute,
                                    const AttributeValue& value);
// The same for a text, as the object store gives it.
void AddMetadataText(std::vector<DocumentField>& fields, std::string_view attribute, std::string_view text);

// Sorts by name; of fields with one name the one added last stays.
void SortFields(std::vector<DocumentField>& fields);

}  // namespace vams
