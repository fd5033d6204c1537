#include "model/attribute_value.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

Result<std::vector<std::string>> StringArray(const Json& json, bool base64) {
  if (!json.is_array()) return Fail(ErrorCode::kInvalid, "a set must be an array");
  std::vector<std::string> out;
  out.reserve(json.size());
  for (const Json& member : json) {
    if (!member.is_string()) return Fail(ErrorCode::kInvalid, "a set member must be text");
    if (!base64) {
      out.push_back(member.get<std::string>());
      continue;
    }
    auto bytes = Base64Decode(member.get_ref<const std::string&>());
    if (!bytes) return Fail(ErrorCode::kInvalid, "a binary set member is not base64");
    out.push_back(std::move(*bytes));
  }
  return out;
}

Json EncodeAll(const std::vector<std::string>& members) {
  Json out = Json::array();
  for (const std::string& m : members) out.push_back(Base64Encode(m));
  return out;
}

bool LooksLikeNumber(std::string_view text) {
  if (text.empty() || text.size() > 300) return false;
  return std::ranges::all_of(text,
                             [](char c) { return (c >= '0' && c <= '9') || std::string_view("+-.eE").contains(c); });
}

// DynamoDB takes 32 levels. Without a bound, a hostile text would use up the stack.
constexpr int kMaxDepth = 100;

Result<AttributeMap> MapFrom(const Json& json, int depth);

Result<AttributeValue> ValueFrom(const Json& json, int depth) {
  if (depth > kMaxDepth) return Fail(ErrorCode::kInvalid, "a value is nested more than {} levels deep", kMaxDepth);
  if (!json.is_object() || json.size() != 1) {
    return Fail(ErrorCode::kInvalid, "an attribute value must be an object with one type, such as {{\"S\": \"text\"}}");
  }
  const std::string& type = json.begin().key();
  const Json& body = json.begin().value();
  if (type == "NULL") return AttributeValue(AttributeValue::Null{});
  if (type == "BOOL" && body.is_boolean()) return AttributeValue(body.get<bool>());
  if (type == "S" && body.is_string()) return AttributeValue(body.get<std::string>());
  if (type == "N" && body.is_string()) {
    if (!LooksLikeNumber(body.get_ref<const std::string&>())) return Fail(ErrorCode::kInvalid, "N holds no number");
    return AttributeValue(AttributeValue::Number{body.get<std::string>()});
  }
  if (type == "B" && body.is_string()) {
    auto bytes = Base64Decode(body.get_ref<const std::string&>());
    if (!bytes) return Fail(ErrorCode::kInvalid, "B is not base64");
    return AttributeValue(AttributeValue::Binary{std::move(*bytes)});
  }
  if (type == "L" && body.is_array()) {
    AttributeValue::List list;
    list.reserve(body.size());
    for (const Json& item : body) {
      TRY_ASSIGN(auto value, ValueFrom(item, depth + 1));
      list.push_back(std::move(value));
    }
    return AttributeValue(std::move(list));
  }
  if (type == "M" && body.is_object()) {
    TRY_ASSIGN(auto map, MapFrom(body, depth + 1));
    return AttributeValue(std::move(map));
  }
  if (type == "SS" || type == "NS" || type == "BS") {
    TRY_ASSIGN(auto members, StringArray(body, type == "BS"));
    if (type == "SS") return AttributeValue(AttributeValue::StringSet{std::move(members)});
    if (type == "NS") return AttributeValue(AttributeValue::NumberSet{std::move(members)});
    return AttributeValue(AttributeValue::BinarySet{std::move(members)});
  }
  return Fail(ErrorCode::kInvalid, "'{}' is no attribute type with that value", type);
}

Result<AttributeMap> MapFrom(const Json& json, int depth) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "an item must be a JSON object");
  AttributeMap map;
  for (const auto& [name, value] : json.items()) {
    auto parsed = ValueFrom(value, depth);
    if (!parsed) return std::unexpected(std::move(parsed.error()).In(name));
    map.Set(name, std::move(*parsed));
  }
  return map;
}

Result<AttributeValue> FromPlain(const Json& json) {
  switch (json.type()) {
    case Json::value_t::null: return AttributeValue(AttributeValue::Null{});
    case Json::value_t::boolean: return AttributeValue(json.get<bool>());
    case Json::value_t::string: return AttributeValue(json.get<std::string>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return AttributeValue(AttributeValue::Number{json.dump()});
    case Json::value_t::array: {
      AttributeValue::List list;
      list.reserve(json.size());
      for (const Json& item : json) {
        TRY_ASSIGN(auto value, FromPlain(item));
        list.push_back(std::move(value));
      }
      return AttributeValue(std::move(list));
    }
    case Json::value_t::object: {
      if (json.size() == 1 && json.begin().key() == "$ddb") return AttributeValueFromDynamoJson(json.begin().value());
      TRY_ASSIGN(auto map, AttributeMapFromPlainJson(json));
      return AttributeValue(std::move(map));
    }
    case Json::value_t::number_float:
      return Fail(ErrorCode::kInvalid, "number {} is no integer: write it as {{\"$ddb\": {{\"N\": \"...\"}}}}",
                  json.dump());
    case Json::value_t::binary:
    case Json::value_t::discarded: break;
  }
  return Fail(ErrorCode::kInvalid, "not a JSON value");
}

}  // namespace

AttributeMap::AttributeMap() = default;
AttributeMap::AttributeMap(const AttributeMap&) = default;
AttributeMap::AttributeMap(AttributeMap&&) noexcept = default;
AttributeMap& AttributeMap::operator=(const AttributeMap&) = default;
AttributeMap& AttributeMap::operator=(AttributeMap&&) noexcept = default;
AttributeMap::~AttributeMap() = default;

const AttributeValue* AttributeMap::Find(std::string_view name) const {
  const auto it = std::ranges::find_if(entries_, [&](const Entry& e) { return e.first == name; });
  return it == entries_.end() ? nullptr : &it->second;
}

void AttributeMap::Set(std::string name, AttributeValue value) {
  const auto it = std::ranges::find_if(entries_, [&](const Entry& e) { return e.first == name; });
  if (it == entries_.end()) {
    entries_.emplace_back(std::move(name), std::move(value));
  } else {
    it->second = std::move(value);
  }
}

bool AttributeMap::Erase(std::string_view name) {
  return std::erase_if(entries_, [&](const Entry& e) { return e.first == name; }) > 0;
}

bool AttributeMap::operator==(const AttributeMap& other) const { return entries_ == other.entries_; }

std::string_view StringAttribute(const AttributeMap& map, std::string_view name) {
  const AttributeValue* value = map.Find(name);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string_view{} : std::string_view{*text};
}

Json ToDynamoJson(const AttributeValue& value) {
  Json out = Json::object();
  std::visit(Overloaded{
                 [&](const AttributeValue::Null&) { out["NULL"] = true; },
                 [&](const std::string& s) { out["S"] = s; },
                 [&](const AttributeValue::Number& n) { out["N"] = n.text; },
                 [&](bool b) { out["BOOL"] = b; },
                 [&](const AttributeValue::Binary& b) { out["B"] = Base64Encode(b.bytes); },
                 [&](const AttributeValue::List& list) {
                   Json array = Json::array();
                   for (const AttributeValue& item : list) array.push_back(ToDynamoJson(item));
                   out["L"] = std::move(array);
                 },
                 [&](const AttributeMap& map) { out["M"] = ToDynamoJson(map); },
                 [&](const AttributeValue::StringSet& s) { out["SS"] = s.members; },
                 [&](const AttributeValue::NumberSet& s) { out["NS"] = s.members; },
                 [&](const AttributeValue::BinarySet& s) { out["BS"] = EncodeAll(s.members); },
             },
             value.value());
  return out;
}

Json ToDynamoJson(const AttributeMap& map) {
  Json out = Json::object();
  for (const auto& [name, value] : map) out.push_back({name, ToDynamoJson(value)});
  return out;
}

std::string DumpDynamoJson(const AttributeMap& map) {
  return ToDynamoJson(map).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<AttributeValue> AttributeValueFromDynamoJson(const Json& json) { return ValueFrom(json, 0); }

Result<AttributeMap> AttributeMapFromDynamoJson(const Json& json) { return MapFrom(json, 0); }

Result<AttributeMap> ParseDynamoJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return Fail(ErrorCode::kCorrupt, "an item is not JSON");
  return AttributeMapFromDynamoJson(json);
}

Result<AttributeMap> AttributeMapFromPlainJson(const Json& json) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "an item must be a JSON object");
  AttributeMap map;
  for (const auto& [name, value] : json.items()) {
    auto parsed = FromPlain(value);
    if (!parsed) return std::unexpected(std::move(parsed.error()).In(name));
    map.Set(name, std::move(*parsed));
  }
  return map;
}

}  // namespace vams
