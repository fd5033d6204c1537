#include "indexers/python_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "documents/python_text.h"
#include "documents/unicode_text.h"

namespace vams::python {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// int(text): white space around, one sign, digits of any script, single underscores between them.
bool IsIntText(std::string_view text) {
  text = unicode::Strip(text);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  bool after_digit = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::Next(text, at);
    if (c == U'_') {
      if (!after_digit || at == text.size()) return false;
      after_digit = false;
    } else if (unicode::IsDecimalDigit(c)) {
      after_digit = true;
    } else {
      return false;
    }
  }
  return after_digit;
}

}  // namespace

bool IsTruthy(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return false;
    case Json::value_t::boolean: return value.get<bool>();
    case Json::value_t::number_integer: return value.get<std::int64_t>() != 0;
    case Json::value_t::number_unsigned: return value.get<std::uint64_t>() != 0;
    case Json::value_t::number_float: return value.get<double>() != 0;
    case Json::value_t::string: return !value.get_ref<const std::string&>().empty();
    case Json::value_t::array:
    case Json::value_t::object: return !value.empty();
    case Json::value_t::binary:
    case Json::value_t::discarded: break;
  }
  return false;
}

const Json* Get(const Json& object, std::string_view name) {
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

std::optional<std::string> AsModelText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_float()) return FloatText(value.get<double>());
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

std::optional<bool> AsModelBool(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) {
    const double number = value.get<double>();
    if (number == 1) return true;
    if (number == 0) return false;
    return std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  const std::string word = AsciiLower(value.get_ref<const std::string&>());
  for (const std::string_view yes : {"1", "on", "t", "true", "y", "yes"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"0", "off", "f", "false", "n", "no"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

bool FitsModelInt(const Json& value) {
  if (value.is_number_float()) return std::isfinite(value.get<double>());
  if (value.is_number() || value.is_boolean()) return true;
  return value.is_string() && IsIntText(value.get_ref<const std::string&>());
}

std::optional<Json> Loads(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) return std::nullopt;  // Python refuses it, this parser passes it over
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

}  // namespace vams::python
