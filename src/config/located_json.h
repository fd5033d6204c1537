#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vams {

// A place in a text, both from 1; columns count characters, not bytes.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const TextPosition&) const = default;
};

struct LocatedMember;

// A JSON value that knows where it stands, so that a complaint about it can name the place.
struct LocatedValue {
  struct Null {};
  struct Number {
    std::string text;  // as written
  };
  using Array = std::vector<LocatedValue>;
  using Object = std::vector<LocatedMember>;  // in order, duplicate keys kept
  TextPosition at;
  std::variant<Null, bool, Number, std::string, Array, Object> value;

  template <class T>
  const T* As() const {
    return std::get_if<T>(&value);
  }
};

struct LocatedMember {
  TextPosition key_at;
  std::string key;
  LocatedValue value;
};

struct JsonMistake {
  TextPosition at;
  std::string message;  // "expected ',' or '}', found string \"limit\""
};

// Reads JSON that may hold // and /* */ comments and a comma after the last member or item. Stops at the first mistake.
// A byte order mark in front is passed over. Nesting deeper than 64 is refused.
std::expected<LocatedValue, JsonMistake> ParseLocatedJson(std::string_view text);

// For messages: "the text \"ten\"", "the number 5", "true", "null", "a list", "an object".
std::string DescribeValue(const LocatedValue& value);

}  // namespace vams
