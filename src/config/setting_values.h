#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "config/located_json.h"
#include "config/options.h"

// Reading a value of the configuration into a type. Each gives false or nullopt when the value is not of that type or
// out of range, and then leaves `out` alone.
namespace vams::setting_values {

// Written in digits alone, from `least` to `most`.
std::optional<std::uint64_t> WholeNumber(const LocatedValue& value, std::uint64_t least, std::uint64_t most);
std::optional<double> RealNumber(const LocatedValue& value, double least, double most);
bool Text(const LocatedValue& value, std::string& out);
bool OptionalText(const LocatedValue& value, std::optional<std::string>& out);
bool Path(const LocatedValue& value, std::filesystem::path& out);
bool Switch(const LocatedValue& value, bool& out);
// An ARN, "auto", or an object of bucket names and ARNs.
bool Topics(const LocatedValue& value, TopicChoice& out);
bool Since(const LocatedValue& value, std::optional<UtcTime>& out);
bool TimeSpan(const LocatedValue& value, std::optional<Duration>& out);

// One of the names, in any case.
template <class T, std::size_t N>
bool Choice(const LocatedValue& value, const std::array<std::pair<std::string_view, T>, N>& choices, T& out) {
  const auto* text = value.As<std::string>();
  if (text == nullptr) return false;
  const std::string word = AsciiLower(*text);
  for (const auto& [name, chosen] : choices) {
    if (name != word) continue;
    out = chosen;
    return true;
  }
  return false;
}

}  // namespace vams::setting_values
