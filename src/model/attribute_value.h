#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace vams {

class AttributeValue;

// The ordered map of DynamoDB's M type and of whole items. Order is kept because rules depend on it
// (docs/reference/vams-behaviour.md, 3.6: the later attribute wins); names are unique.
class AttributeMap {
 public:
  using Entry = std::pair<std::string, AttributeValue>;
  AttributeMap();
  AttributeMap(const AttributeMap&);
  AttributeMap(AttributeMap&&) noexcept;
  AttributeMap& operator=(const AttributeMap&);
  AttributeMap& operator=(AttributeMap&&) noexcept;
  ~AttributeMap();

  // nullptr when absent.
  const AttributeValue* Find(std::string_view name) const;
  // Replaces in place (the position stays) or appends.
  void Set(std::string name, AttributeValue value);
  bool Erase(std::string_view name);
  bool empty() const;
  std::size_t size() const;
  const Entry* begin() const;
  const Entry* end() const;
  bool operator==(const AttributeMap& other) const;

 private:
  std::vector<Entry> entries_;
};

using Item = AttributeMap;

// One attribute value with DynamoDB's ten types. Numbers stay the text that DynamoDB gave.
class AttributeValue {
 public:
  struct Null {
    bool operator==(const Null&) const = default;
  };
  struct Number {
    std::string text;
    bool operator==(const Number&) const = default;
  };
  struct Binary {
    std::string bytes;
    bool operator==(const Binary&) const = default;
  };
  struct StringSet {
    std::vector<std::string> members;
    bool operator==(const StringSet&) const = default;
  };
  struct NumberSet {
    std::vector<std::string> members;
    bool operator==(const NumberSet&) const = default;
  };
  struct BinarySet {
    std::vector<std::string> members;
    bool operator==(const BinarySet&) const = default;
  };
  using List = std::vector<AttributeValue>;
  using Variant =
      std::variant<Null, std::string, Number, bool, Binary, List, AttributeMap, StringSet, NumberSet, BinarySet>;

  AttributeValue() = default;
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, AttributeValue> && std::is_constructible_v<Variant, T &&>)
  AttributeValue(T&& value) : value_(std::forward<T>(value)) {}    // NOLINT(google-explicit-constructor): a variant
  AttributeValue(const char* text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)

  const Variant& value() const { return value_; }
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }
  // The text of an S, nullptr for every other type.
  const std::string* AsString() const { return As<std::string>(); }
  bool operator==(const AttributeValue&) const = default;

 private:
  Variant value_;
};

// Below AttributeValue, because the entries are complete only here.
inline bool AttributeMap::empty() const { return entries_.empty(); }
inline std::size_t AttributeMap::size() const { return entries_.size(); }
inline const AttributeMap::Entry* AttributeMap::begin() const { return entries_.data(); }
inline const AttributeMap::Entry* AttributeMap::end() const { return entries_.data() + entries_.size(); }

// The text of attribute `name` where it is a non-empty S, else "".
std::string_view StringAttribute(const AttributeMap& map, std::string_view name);

// DynamoDB's own JSON, {"name": {"S": "text"}, ...}, in order; B and BS as base64. Strings must be UTF-8.
nlohmann::ordered_json ToDynamoJson(const AttributeMap& map);
nlohmann::ordered_json ToDynamoJson(const AttributeValue& value);
std::string DumpDynamoJson(const AttributeMap& map);
// kInvalid names the attribute whose form is wrong.
Result<AttributeMap> AttributeMapFromDynamoJson(const nlohmann::ordered_json& json);
Result<AttributeValue> AttributeValueFromDynamoJson(const nlohmann::ordered_json& json);
Result<AttributeMap> ParseDynamoJson(std::string_view text);

// The plain form of the golden states (tests/fixtures/golden/README.md): string S, true/false BOOL, null NULL, integer
// N, array L, object M, {"$ddb": {...}} a value in DynamoDB's own form.
Result<AttributeMap> AttributeMapFromPlainJson(const nlohmann::ordered_json& json);

}  // namespace vams
