#include "cli/json_difference.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 300;  // bytes of a value in a line

std::string Shown(const Json* value) {
  if (value == nullptr) return "nothing";
  std::string text = value->dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kShown) text = fmt::format("{}... ({} bytes)", text.substr(0, kShown), text.size());
  return text;
}

const Json* Find(const Json& object, const std::string& name) {
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

void AddLine(std::vector<std::string>& lines, const std::string& path, const Json* expected, const Json* actual) {
  lines.push_back(fmt::format("{}: expected {}, got {}", path, Shown(expected), Shown(actual)));
}

}  // namespace

void AddDifferences(std::vector<std::string>& lines, const std::string& path, const Json& expected,
                    const Json& actual) {
  if (expected.is_object() && actual.is_object()) {
    for (const auto& [name, value] : expected.items()) {
      const Json* other = Find(actual, name);
      if (other == nullptr) {
        AddLine(lines, path + "." + name, &value, nullptr);
      } else {
        AddDifferences(lines, path + "." + name, value, *other);
      }
    }
    for (const auto& [name, value] : actual.items()) {
      if (Find(expected, name) == nullptr) AddLine(lines, path + "." + name, nullptr, &value);
    }
    return;
  }
  if (expected.is_array() && actual.is_array()) {
    for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
      const std::string place = fmt::format("{}[{}]", path, i);
      if (i < expected.size() && i < actual.size()) {
        AddDifferences(lines, place, expected[i], actual[i]);
      } else {
        AddLine(lines, place, i < expected.size() ? &expected[i] : nullptr, i < actual.size() ? &actual[i] : nullptr);
      }
    }
    return;
  }
  const bool same_kind = expected.type() == actual.type() || (expected.is_number() && actual.is_number());
  if (!same_kind || expected != actual) AddLine(lines, path, &expected, &actual);
}

}  // namespace vams::cli
