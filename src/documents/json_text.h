#pragma once

#include <string>
#include <string_view>

#include "model/attribute_value.h"

// The JSON of a document's body: compact, UTF-8, names of objects in byte order, as nlohmann::json(...).dump() writes
// it.
namespace vams {

// Bytes that are no UTF-8 become U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

// Numbers become JSON numbers with a fraction, as upstream's client makes floats of decimals. False where a set or
// bytes are inside, which upstream's client cannot send; `out` holds a part then.
[[nodiscard]] bool AppendJsonValue(std::string& out, const AttributeValue& value);

}  // namespace vams
