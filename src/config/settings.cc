#include "config/settings.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams {

const Setting* FindSettingByKey(std::string_view key) {
  if (key.empty()) return nullptr;
  const auto settings = AllSettings();
  const auto found = std::ranges::find(settings, key, &Setting::key);
  return found == settings.end() ? nullptr : &*found;
}

const Setting* FindSettingByFlag(std::string_view flag) {
  if (flag.empty()) return nullptr;
  const auto settings = AllSettings();
  const auto found =
      std::ranges::find_if(settings, [&](const Setting& s) { return s.flag == flag || s.reindex_flag == flag; });
  return found == settings.end() ? nullptr : &*found;
}

LocatedValue ValueFromText(TextForm form, std::string_view text) {
  LocatedValue out{.at = {}, .value = std::string(text)};
  switch (form) {
    case TextForm::kText: break;
    case TextForm::kNumber:
      if (nlohmann::json::parse(text, nullptr, false).is_number()) out.value = LocatedValue::Number{std::string(text)};
      break;
    case TextForm::kSwitch: {
      const std::string word = AsciiLower(text);
      if (word == "true" || word == "1" || word == "yes" || word == "on") out.value = true;
      if (word == "false" || word == "0" || word == "no" || word == "off") out.value = false;
      break;
    }
    case TextForm::kTopics: {
      if (text.find('=') == std::string_view::npos) break;
      LocatedValue::Object by_bucket;
      for (const std::string_view part : Split(text, ',')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) return out;
        by_bucket.push_back({.key_at = {},
                             .key = std::string(part.substr(0, equals)),
                             .value = {.at = {}, .value = std::string(part.substr(equals + 1))}});
      }
      out.value = std::move(by_bucket);
      break;
    }
  }
  return out;
}

std::string EnvironmentName(std::string_view flag) {
  std::string name = "VAMS_MIGRATE_";
  for (const char c : flag) {
    name.push_back(c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c));
  }
  return name;
}

std::optional<Duration> ParseDuration(std::string_view text) {
  constexpr std::uint64_t kMostSeconds = 10 * 31'536'000ULL;
  std::uint64_t seconds = 0;
  std::uint64_t last_unit = kMostSeconds;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::uint64_t n = 0;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || n > kMostSeconds) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
    const char letter = text.empty() ? 's' : text.front();
    const std::uint64_t unit = letter == 'd'   ? 86400
                               : letter == 'h' ? 3600
                               : letter == 'm' ? 60
                               : letter == 's' ? 1
                                               : 0;
    if (unit == 0 || unit >= last_unit) return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
    last_unit = unit;
    seconds += n * unit;
  }
  if (seconds == 0 || seconds > kMostSeconds) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace vams
