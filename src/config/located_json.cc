#include "config/located_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/text.h"

namespace vams {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kShownBytes = 40;

std::string Quoted(std::string_view text) {
  std::string shown = Printable(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) shown += "...";
  return "\"" + shown + "\"";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::expected<LocatedValue, JsonMistake> Document() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (const auto bad = FirstInvalidUtf8(text_)) {
      return Wrong(*bad, fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text_[*bad])));
    }
    auto value = Value(0);
    if (!value) return value;
    if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
    if (at_ < text_.size()) return Wrong(at_, "expected the end of the file, found " + Found());
    return value;
  }

 private:
  std::unexpected<JsonMistake> Wrong(std::size_t at, std::string message) const {
    return std::unexpected(JsonMistake{.at = PositionOf(at), .message = std::move(message)});
  }

  TextPosition PositionOf(std::size_t at) const {
    const std::string_view before = text_.substr(0, at);
    TextPosition position;
    std::size_t line_start = before.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] != '\n') continue;
      ++position.line;
      line_start = i + 1;
    }
    position.column = CountCodePoints(before.substr(line_start)) + 1;
    return position;
  }

  // Positions are asked for in growing order while parsing, so this one goes on from the last.
  TextPosition Here() {
    for (; counted_ < at_; ++counted_) {
      const auto byte = static_cast<unsigned char>(text_[counted_]);
      if (byte == '\n') {
        ++here_.line;
        here_.column = 1;
      } else if ((byte & 0xC0) != 0x80 && !(counted_ < 3 && text_.starts_with("\xEF\xBB\xBF"))) {
        ++here_.column;
      }
    }
    return here_;
  }

  std::optional<JsonMistake> SkipBlank() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        const std::size_t end = text_.find('\n', at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) {
          return JsonMistake{.at = PositionOf(at_), .message = "this comment has no end, expected */"};
        }
        at_ = end + 2;
      } else {
        break;
      }
    }
    return std::nullopt;
  }

  // What stands at the current place, in words.
  std::string Found() const {
    if (at_ >= text_.size()) return "the end of the file";
    const char c = text_[at_];
    if (c == '"') {
      const std::size_t end = text_.find_first_of("\"\n", at_ + 1);
      return "the text " + Quoted(text_.substr(at_ + 1, end == std::string_view::npos ? end : end - at_ - 1));
    }
    if (IsWordByte(c)) return "'" + Printable(Word()) + "'";
    std::string_view character = text_.substr(at_, 1);
    for (std::size_t n = 2; n <= 4 && !IsUtf8(character) && at_ + n <= text_.size(); ++n) {
      character = text_.substr(at_, n);
    }
    return "'" + Printable(character) + "'";
  }

  static bool IsWordByte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '.';
  }

  std::string_view Word() const {
    std::size_t end = at_;
    while (end < text_.size() && IsWordByte(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  std::expected<LocatedValue, JsonMistake> Value(int depth) {
    if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
    if (at_ >= text_.size()) return Wrong(at_, "expected a value, found the end of the file");
    LocatedValue out{.at = Here(), .value = LocatedValue::Null{}};
    if (depth > kMaxDepth) return Wrong(at_, fmt::format("nested deeper than {}", kMaxDepth));
    const char c = text_[at_];
    if (c == '{') return Object(std::move(out), depth);
    if (c == '[') return Array(std::move(out), depth);
    if (c == '"') {
      auto text = String();
      if (!text) return std::unexpected(text.error());
      out.value = *std::move(text);
      return out;
    }
    const std::string_view word = Word();
    if (word == "true" || word == "false") {
      out.value = word == "true";
    } else if (word != "null") {
      if (word.empty() || !nlohmann::json::accept(word)) return Wrong(at_, "expected a value, found " + Found());
      out.value = LocatedValue::Number{std::string(word)};
    }
    at_ += word.size();
    return out;
  }

  std::expected<std::string, JsonMistake> String() {
    const std::size_t start = at_;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\') {
        ++i;
      } else if (c == '\n') {
        return Wrong(start, "this text has no end, expected \" before the end of the line");
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return Wrong(i, fmt::format("a control character (0x{:02x}) in a text has to be written as \\u{:04x}",
                                    static_cast<unsigned>(c), static_cast<unsigned>(c)));
      } else if (c == '"') {
        const auto parsed = nlohmann::json::parse(text_.substr(start, i + 1 - start), nullptr, false);
        if (!parsed.is_string()) return Wrong(start, "this text holds an escape that JSON does not know");
        at_ = i + 1;
        return parsed.get<std::string>();
      }
    }
    return Wrong(start, "this text has no end, expected \"");
  }

  std::expected<LocatedValue, JsonMistake> Array(LocatedValue out, int depth) {
    LocatedValue::Array items;
    ++at_;
    while (true) {
      if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
      if (Take(']')) break;
      if (at_ >= text_.size()) return Wrong(at_, "expected a value or ']', found the end of the file");
      auto item = Value(depth + 1);
      if (!item) return item;
      items.push_back(*std::move(item));
      if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
      if (Take(']')) break;
      if (!Take(',')) return Wrong(at_, "expected ',' or ']', found " + Found());
    }
    out.value = std::move(items);
    return out;
  }

  std::expected<LocatedValue, JsonMistake> Object(LocatedValue out, int depth) {
    LocatedValue::Object members;
    ++at_;
    while (true) {
      if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
      if (Take('}')) break;
      if (at_ >= text_.size() || text_[at_] != '"')
        return Wrong(at_, "expected a key in quotes or '}', found " + Found());
      LocatedMember member{.key_at = Here(), .key = {}, .value = {}};
      auto key = String();
      if (!key) return std::unexpected(key.error());
      member.key = *std::move(key);
      if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
      if (!Take(':')) return Wrong(at_, "expected ':' after the key " + Quoted(member.key) + ", found " + Found());
      auto value = Value(depth + 1);
      if (!value) return value;
      member.value = *std::move(value);
      members.push_back(std::move(member));
      if (auto mistake = SkipBlank()) return std::unexpected(*mistake);
      if (Take('}')) break;
      if (!Take(',')) return Wrong(at_, "expected ',' or '}', found " + Found());
    }
    out.value = std::move(members);
    return out;
  }

  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;
  TextPosition here_;
};

}  // namespace

std::expected<LocatedValue, JsonMistake> ParseLocatedJson(std::string_view text) { return Parser(text).Document(); }

std::string DescribeValue(const LocatedValue& value) {
  if (value.As<LocatedValue::Null>() != nullptr) return "null";
  if (const auto* boolean = value.As<bool>()) return *boolean ? "true" : "false";
  if (const auto* number = value.As<LocatedValue::Number>()) return "the number " + number->text;
  if (const auto* text = value.As<std::string>()) return "the text " + Quoted(*text);
  return value.As<LocatedValue::Array>() != nullptr ? "a list" : "an object";
}

}  // namespace vams
