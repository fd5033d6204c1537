#pragma once

#include <string>
#include <string_view>

#include "model/attribute_value.h"

// The texts that upstream's Python makes of values (docs/reference/vams-behaviour.md, 3.6). Pure.
namespace vams::python {

// str(Decimal(number)): plain, unless the exponent of the last digit is positive or the adjusted exponent is under -6.
// Text that is no number stays as it is.
std::string DecimalText(std::string_view number);

// repr(float): the shortest text that reads back, "1.0", "1e+16", "1e-05".
std::string FloatText(double value);

// repr of text: quoted and escaped.
void AppendTextRepr(std::string& out, std::string_view text);
// repr of bytes: b'...'.
void AppendBytesRepr(std::string& out, std::string_view bytes);
// repr of a value as boto3 gives it: numbers as Decimal('1'), bytes as Binary(b'...'), sets in the order stored.
void AppendRepr(std::string& out, const AttributeValue& value);

// str(value). False for bytes, for which Python raises; `out` is as it was then.
[[nodiscard]] bool AppendStr(std::string& out, const AttributeValue& value);

// json.dumps(value, default=str): ASCII only, ', ' and ': ', numbers as quoted text. False where bytes are inside;
// `out` holds a part then.
[[nodiscard]] bool AppendJsonDumps(std::string& out, const AttributeValue& value);

}  // namespace vams::python
