#include "config/pasted_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace vams {
namespace {

struct Stray {
  char32_t code;
  std::string_view name;
};
// Blanks and format characters of Unicode, and the quotation marks that editors, shells and chats put around a value.
constexpr auto kStray = std::to_array<Stray>({{U'\t', "a tab"},
                                              {U'\n', "a line feed"},
                                              {U'\v', "a vertical tab"},
                                              {U'\f', "a form feed"},
                                              {U'\r', "a carriage return"},
                                              {U' ', "a space"},
                                              {U'\u0085', "a next line character"},
                                              {U'\u00A0', "a no-break space"},
                                              {U'\u00AD', "a soft hyphen"},
                                              {U'\u1680', "an ogham space"},
                                              {U'\u180E', "a vowel separator"},
                                              {U'\u200B', "a zero-width space"},
                                              {U'\u200C', "a zero-width non-joiner"},
                                              {U'\u200D', "a zero-width joiner"},
                                              {U'\u200E', "a left-to-right mark"},
                                              {U'\u200F', "a right-to-left mark"},
                                              {U'\u2028', "a line separator"},
                                              {U'\u2029', "a paragraph separator"},
                                              {U'\u202F', "a narrow no-break space"},
                                              {U'\u205F', "a mathematical space"},
                                              {U'\u2060', "a word joiner"},
                                              {U'\u3000', "an ideographic space"},
                                              {U'\uFEFF', "a byte order mark"},
                                              {U'"', "a quotation mark"},
                                              {U'\'', "a quotation mark"},
                                              {U'`', "a backquote"},
                                              {U'\u00AB', "a quotation mark"},
                                              {U'\u00BB', "a quotation mark"}});

std::optional<std::string_view> NameOf(char32_t c) {
  const auto* known = std::ranges::find(kStray, c, &Stray::code);
  if (known != kStray.end()) return known->name;
  if (c < 0x20 || c == 0x7F || (c >= 0x80 && c <= 0x9F)) return "a control character";
  if (c >= 0x2000 && c <= 0x200A) return "a space";
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2061 && c <= 0x206F)) return "an invisible character";
  if (c >= 0x2018 && c <= 0x201F) return "a quotation mark";
  return std::nullopt;
}

}  // namespace

bool IsBlank(std::string_view text) {
  return std::ranges::all_of(DecodeUtf8(text), [](char32_t c) { return NameOf(c).has_value(); });
}

std::optional<std::string> WhyBlank(std::string_view text) {
  if (!IsBlank(text)) return std::nullopt;
  return text.empty() ? "the value is empty" : "the value " + QuotedValue(text) + " is blank";
}

std::optional<std::string> StrayCharacter(std::string_view text) {
  const std::u32string characters = DecodeUtf8(text);
  if (characters.empty()) return std::nullopt;
  for (const auto& [c, where] : {std::pair(characters.front(), "start"), std::pair(characters.back(), "end")}) {
    if (const auto name = NameOf(c)) {
      return fmt::format("{} (U+{:04X}) at its {}", *name, static_cast<std::uint32_t>(c), where);
    }
  }
  return std::nullopt;
}

std::string QuotedValue(std::string_view text) {
  constexpr std::size_t kMostCharacters = 120;
  std::string shown;
  std::size_t count = 0;
  for (const char32_t c : DecodeUtf8(text)) {
    if (++count > kMostCharacters) {
      shown += "...";
      break;
    }
    const bool seen = c == U' ' || c == U'"' || c == U'\'' || c == U'`' || c == U'\u00AB' || c == U'\u00BB' ||
                      (c >= 0x2018 && c <= 0x201F) || !NameOf(c);
    if (seen) {
      AppendUtf8(shown, c);
    } else {
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
    }
  }
  return "\"" + Printable(shown) + "\"";
}

}  // namespace vams
