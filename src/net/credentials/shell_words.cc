#include "net/credentials/shell_words.h"

#include <utility>

namespace vams {

std::optional<std::vector<std::string>> SplitShellWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\'') {
      if (c == quote) {
        quote = '\0';
      } else {
        word.push_back(c);
      }
    } else if (c == '\\') {
      if (++at == text.size()) return std::nullopt;
      // Within double quotes a backslash is itself but in front of one of its kind or a quote.
      if (quote == '"' && text[at] != '"' && text[at] != '\\') word.push_back('\\');
      word.push_back(text[at]);
      in_word = true;
    } else if (quote == '"') {
      if (c == quote) {
        quote = '\0';
      } else {
        word.push_back(c);
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word.push_back(c);
      in_word = true;
    }
  }
  if (quote != '\0') return std::nullopt;
  if (in_word) words.push_back(word);
  return words;
}

}  // namespace vams
