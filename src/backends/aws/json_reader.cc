#include "backends/aws/json_reader.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace vams::aws {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// What a number or a word (true, false, null) may consist of.
bool IsScalar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

}  // namespace

void JsonReader::SkipSpace() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
}

bool JsonReader::Take(char c) {
  SkipSpace();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool JsonReader::AtEnd() {
  SkipSpace();
  return at_ == text_.size();
}

bool JsonReader::SkipString() {
  if (!Take('"')) return false;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\\') {
      ++at_;
    } else if (text_[at_] == '"') {
      ++at_;
      return true;
    }
  }
  return false;
}

bool JsonReader::Object(const std::function<bool(std::string_view)>& member) {
  if (!Take('{')) return false;
  if (Take('}')) return true;
  do {
    const auto name = String();
    if (!name || !Take(':') || !member(*name)) return false;
  } while (Take(','));
  return Take('}');
}

bool JsonReader::Array(const std::function<bool()>& element) {
  if (!Take('[')) return false;
  if (Take(']')) return true;
  do {
    if (!element()) return false;
  } while (Take(','));
  return Take(']');
}

std::optional<std::string> JsonReader::String() {
  SkipSpace();
  const std::size_t from = at_;
  if (!SkipString()) return std::nullopt;
  const std::string_view quoted = text_.substr(from, at_ - from);
  const auto value = nlohmann::json::parse(quoted, nullptr, /*allow_exceptions=*/false);
  if (value.is_string()) return value.get<std::string>();
  return std::nullopt;
}

std::optional<bool> JsonReader::Bool() {
  const auto raw = Raw();
  if (raw == "true") return true;
  if (raw == "false") return false;
  return std::nullopt;
}

std::optional<std::uint64_t> JsonReader::Unsigned() {
  const auto raw = Raw();
  if (!raw) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(raw->data(), raw->data() + raw->size(), number);
  if (error != std::errc() || end != raw->data() + raw->size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> JsonReader::Raw() {
  SkipSpace();
  const std::size_t from = at_;
  if (at_ >= text_.size()) return std::nullopt;
  // By depth alone, without recursion: a document may be nested as deep as its index allows.
  std::size_t depth = 0;
  do {
    SkipSpace();
    if (at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_];
    if (c == '"') {
      if (!SkipString()) return std::nullopt;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
      ++at_;
    } else if ((c == ',' || c == ':') && depth > 0) {
      ++at_;
    } else if (IsScalar(c)) {
      while (at_ < text_.size() && IsScalar(text_[at_])) ++at_;
    } else {
      return std::nullopt;
    }
  } while (depth > 0);
  return text_.substr(from, at_ - from);
}

}  // namespace vams::aws
