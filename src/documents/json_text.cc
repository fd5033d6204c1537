#include "documents/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/text.h"
#include "documents/unicode_text.h"

namespace vams {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool AppendJsonNumber(std::string& out, std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range || !std::isfinite(value)) return false;
  out += nlohmann::json(value).dump();
  return true;
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    const char32_t c = unicode::Next(text, at);
    if (c >= 0x80 && !(c == 0xFFFD && at == begin + 1)) continue;
    out.append(text, copied, begin - copied);
    copied = at;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case 0xFFFD: out += "\xEF\xBF\xBD"; break;
      default:
        out += "\\u00";
        out.push_back(kHex[(c >> 4) & 0xF]);
        out.push_back(kHex[c & 0xF]);
    }
  }
  out.append(text, copied);
  out.push_back('"');
}

bool AppendJsonValue(std::string& out, const AttributeValue& value) {
  if (value.As<AttributeValue::Null>() != nullptr) {
    out += "null";
    return true;
  }
  if (const std::string* text = value.AsString()) {
    AppendJsonString(out, *text);
    return true;
  }
  if (const bool* b = value.As<bool>()) {
    out += *b ? "true" : "false";
    return true;
  }
  if (const auto* number = value.As<AttributeValue::Number>()) return AppendJsonNumber(out, number->text);
  if (const auto* list = value.As<AttributeValue::List>()) {
    char before = '[';
    for (const AttributeValue& item : *list) {
      out.push_back(before);
      before = ',';
      if (!AppendJsonValue(out, item)) return false;
    }
    out += list->empty() ? "[]" : "]";
    return true;
  }
  if (const auto* map = value.As<AttributeMap>()) {
    std::vector<const AttributeMap::Entry*> entries;
    entries.reserve(map->size());
    for (const AttributeMap::Entry& entry : *map) entries.push_back(&entry);
    std::ranges::sort(entries, {}, [](const AttributeMap::Entry* e) -> const std::string& { return e->first; });
    char before = '{';
    for (const AttributeMap::Entry* entry : entries) {
      out.push_back(before);
      before = ',';
      AppendJsonString(out, entry->first);
      out.push_back(':');
      if (!AppendJsonValue(out, entry->second)) return false;
    }
    out += entries.empty() ? "{}" : "}";
    return true;
  }
  return false;
}

}  // namespace vams
