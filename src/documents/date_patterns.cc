#include "documents/date_patterns.h"

#include "documents/unicode_text.h"

namespace vams {
namespace {

// Moves `at` behind what `pattern` describes: 'd' stands for a digit, everything else for itself.
bool Take(std::string_view text, std::size_t& at, std::string_view pattern) {
  for (const char expected : pattern) {
    if (at >= text.size()) return false;
    const char32_t c = unicode::Next(text, at);
    if (expected == 'd' ? !unicode::IsDecimalDigit(c) : c != static_cast<char32_t>(expected)) return false;
  }
  return true;
}

}  // namespace

bool LooksLikeDate(std::string_view text) {
  std::size_t at = 0;
  if (!Take(text, at, "dddd-dd-dd")) return false;
  const std::string_view rest = text.substr(at);
  if (rest.empty() || rest == "\n") return true;
  if (rest[0] != 'T' && rest[0] != ' ') return false;
  ++at;
  return Take(text, at, "dd:dd:dd");
}

}  // namespace vams
