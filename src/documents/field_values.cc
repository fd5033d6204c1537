#include "documents/field_values.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "documents/date_patterns.h"
#include "documents/field_names.h"
#include "documents/json_text.h"
#include "documents/python_text.h"

namespace vams {
namespace {

constexpr std::array<std::string_view, 6> kTrueWords{"1", "on", "t", "true", "y", "yes"};
constexpr std::array<std::string_view, 6> kFalseWords{"0", "off", "f", "false", "n", "no"};

// 1, 1.0 and 10E-1 are all the number one; DecimalText keeps the digits apart, so compare the value.
bool IsNumber(std::string_view text, char digit) {
  std::string plain = python::DecimalText(text);
  if (plain.starts_with('-')) {
    if (digit != '0') return false;
    plain.erase(0, 1);
  }
  if (digit == '0') return plain.substr(0, plain.find('E')).find_first_not_of("0.") == std::string::npos;
  if (plain.contains('E')) return false;
  if (!plain.starts_with('1')) return false;
  return plain.size() == 1 || (plain[1] == '.' && plain.find_first_not_of('0', 2) == std::string::npos);
}

// nullopt where the value is no text.
bool AppendTextItem(std::string& out, const AttributeValue& value) {
  if (const std::string* text = value.AsString()) {
    AppendJsonString(out, *text);
  } else if (const auto* number = value.As<AttributeValue::Number>()) {
    AppendJsonString(out, python::DecimalText(number->text));
  } else if (const bool* b = value.As<bool>()) {
    out += *b ? "\"True\"" : "\"False\"";
  } else {
    return false;
  }
  return true;
}

template <class Members, class Append>
void AppendArray(std::string& out, const Members& members, Append&& append) {
  out.push_back('[');
  bool first = true;
  for (const auto& member : members) {
    if (!first) out.push_back(',');
    first = false;
    append(member);
  }
  out.push_back(']');
}

std::string Name(std::string_view type, std::string_view name) {
  std::string out;
  out.reserve(4 + type.size() + name.size());
  out += "MD_";
  out += type;
  out.push_back('_');
  out += name;
  return out;
}

std::string Quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  AppendJsonString(out, text);
  return out;
}

DocumentField TextField(std::string_view name, std::string_view text) {
  return {.name = Name(LooksLikeDate(text) ? "date" : "str", name), .json = Quoted(text)};
}

// False: an item is bytes.
bool AppendListItems(std::string& out, const AttributeValue::List& list) {
  bool ok = true;
  bool first = true;
  out.push_back('[');
  for (const AttributeValue& item : list) {
    if (item.As<AttributeValue::Null>() != nullptr) continue;
    if (!first) out.push_back(',');
    first = false;
    std::string text;
    ok = ok && python::AppendStr(text, item);
    AppendJsonString(out, text);
  }
  out.push_back(']');
  return ok;
}

}  // namespace

bool AppendFixedText(std::string& out, const AttributeValue* value) {
  if (value == nullptr || value->As<AttributeValue::Null>() != nullptr) {
    out += "null";
    return true;
  }
  return AppendTextItem(out, *value);
}

bool AppendFixedBoolean(std::string& out, const AttributeValue* value) {
  if (value == nullptr || value->As<AttributeValue::Null>() != nullptr) {
    out += "null";
    return true;
  }
  bool is_true = false;
  bool is_false = false;
  if (const bool* b = value->As<bool>()) {
    is_true = *b;
    is_false = !*b;
  } else if (const auto* number = value->As<AttributeValue::Number>()) {
    is_true = IsNumber(number->text, '1');
    is_false = IsNumber(number->text, '0');
  } else if (const std::string* text = value->AsString()) {
    const std::string word = AsciiLower(*text);
    is_true = std::ranges::find(kTrueWords, word) != kTrueWords.end();
    is_false = std::ranges::find(kFalseWords, word) != kFalseWords.end();
  }
  if (!is_true && !is_false) return false;
  out += is_true ? "true" : "false";
  return true;
}

bool AppendFixedTextList(std::string& out, const AttributeValue* value) {
  if (value == nullptr) {
    out += "[]";
    return true;
  }
  if (value->As<AttributeValue::Null>() != nullptr) {
    out += "null";
    return true;
  }
  if (const auto* strings = value->As<AttributeValue::StringSet>()) {
    AppendArray(out, strings->members, [&](const std::string& m) { AppendJsonString(out, m); });
    return true;
  }
  if (const auto* numbers = value->As<AttributeValue::NumberSet>()) {
    AppendArray(out, numbers->members, [&](const std::string& m) { AppendJsonString(out, python::DecimalText(m)); });
    return true;
  }
  const auto* list = value->As<AttributeValue::List>();
  if (list == nullptr) return false;
  const std::size_t before = out.size();
  bool ok = true;
  AppendArray(out, *list, [&](const AttributeValue& item) { ok = ok && AppendTextItem(out, item); });
  if (!ok) out.resize(before);
  return ok;
}

bool AddMetadataField(std::vector<DocumentField>& fields, std::string_view attribute, const AttributeValue& value) {
  const auto name = MetadataFieldName(attribute);
  if (!name) return true;
  if (const std::string* text = value.AsString()) {
    fields.push_back(TextField(*name, *text));
    return true;
  }
  if (value.As<AttributeValue::Null>() != nullptr) {
    fields.push_back({.name = Name("str", *name), .json = "\"\""});
    return true;
  }
  if (const bool* b = value.As<bool>()) {
    fields.push_back({.name = Name("bool", *name), .json = *b ? "true" : "false"});
    return true;
  }
  if (const auto* list = value.As<AttributeValue::List>()) {
    std::string json;
    if (!AppendListItems(json, *list)) return false;
    fields.push_back({.name = Name("list", *name), .json = std::move(json)});
    return true;
  }
  std::string text;
  if (const auto* map = value.As<AttributeMap>()) {
    if (map->Find("lat") != nullptr && map->Find("lon") != nullptr) {
      const bool sendable = AppendJsonValue(text, value);
      fields.push_back({.name = Name("gp", *name), .json = std::move(text), .sendable = sendable});
      return true;
    }
    if (!python::AppendJsonDumps(text, value)) return false;
    fields.push_back({.name = Name("gs", *name), .json = Quoted(text)});
    return true;
  }
  if (!python::AppendStr(text, value)) return false;
  fields.push_back({.name = Name("str", *name), .json = Quoted(text)});
  return true;
}

void AddMetadataText(std::vector<DocumentField>& fields, std::string_view attribute, std::string_view text) {
  if (const auto name = MetadataFieldName(attribute)) fields.push_back(TextField(*name, text));
}

void SortFields(std::vector<DocumentField>& fields) {
  std::ranges::stable_sort(fields, {}, &DocumentField::name);
  // Of equal names the last one counts: walk from the back and keep the first of each name.
  const auto [kept, end] = std::ranges::unique(fields.rbegin(), fields.rend(), {}, &DocumentField::name);
  fields.erase(fields.begin(), kept.base());
}

}  // namespace vams
