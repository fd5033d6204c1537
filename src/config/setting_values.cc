#include "config/setting_values.h"

#include <charconv>

#include "config/settings.h"

namespace vams::setting_values {

using Value = LocatedValue;

std::optional<std::uint64_t> WholeNumber(const Value& value, std::uint64_t least, std::uint64_t most) {
  const auto* number = value.As<Value::Number>();
  if (number == nullptr) return std::nullopt;
  std::uint64_t out = 0;
  const char* end = number->text.data() + number->text.size();
  const auto [stopped, error] = std::from_chars(number->text.data(), end, out);
  if (error != std::errc{} || stopped != end || out < least || out > most) return std::nullopt;
  return out;
}

std::optional<double> RealNumber(const Value& value, double least, double most) {
  const auto* number = value.As<Value::Number>();
  if (number == nullptr) return std::nullopt;
  double out = 0;
  const char* end = number->text.data() + number->text.size();
  const auto [stopped, error] = std::from_chars(number->text.data(), end, out);
  if (error != std::errc{} || stopped != end || out < least || out > most) return std::nullopt;
  return out;
}

bool Text(const Value& value, std::string& out) {
  const auto* text = value.As<std::string>();
  if (text == nullptr) return false;
  out = *text;
  return true;
}

bool OptionalText(const Value& value, std::optional<std::string>& out) {
  const auto* text = value.As<std::string>();
  if (text == nullptr) return false;
  out = *text;
  return true;
}

bool Path(const Value& value, std::filesystem::path& out) {
  const auto* text = value.As<std::string>();
  if (text == nullptr || text->empty() || text->find('\0') != std::string::npos) return false;
  out = *text;
  return true;
}

bool Switch(const Value& value, bool& out) {
  const auto* boolean = value.As<bool>();
  if (boolean == nullptr) return false;
  out = *boolean;
  return true;
}

bool Topics(const Value& value, TopicChoice& out) {
  if (const auto* text = value.As<std::string>()) {
    if (AsciiLower(*text) == "auto") {
      out = AutoTopics{};
    } else {
      out = SingleTopic{*text};
    }
    return true;
  }
  const auto* object = value.As<Value::Object>();
  if (object == nullptr || object->empty()) return false;
  TopicByBucket by_bucket;
  for (const auto& member : *object) {
    const auto* arn = member.value.As<std::string>();
    if (arn == nullptr || arn->empty() || member.key.empty()) return false;
    if (!by_bucket.arn_by_bucket.emplace(member.key, *arn).second) return false;
  }
  out = std::move(by_bucket);
  return true;
}

bool Since(const Value& value, std::optional<UtcTime>& out) {
  const auto* text = value.As<std::string>();
  if (text == nullptr) return false;
  out = ParseIso(text->size() == 10 ? *text + "T00:00:00Z" : *text);
  return out.has_value();
}

bool TimeSpan(const Value& value, std::optional<Duration>& out) {
  if (const auto* number = value.As<Value::Number>()) {
    out = ParseDuration(number->text);
  } else if (const auto* text = value.As<std::string>()) {
    out = ParseDuration(*text);
  }
  return out.has_value();
}

}  // namespace vams::setting_values
