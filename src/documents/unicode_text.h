#pragma once

#include <string>
#include <string_view>

// Text functions that answer as Python 3.12 does (Unicode 15.0), on UTF-8.
namespace vams::unicode {

// The code point at `at`, which moves behind it. A byte that breaks UTF-8 is U+FFFD. `at` must be inside `text`.
char32_t Next(std::string_view text, std::size_t& at);

bool IsPrintable(char32_t c);     // str.isprintable
bool IsWord(char32_t c);          // \w: letters, numbers of any script and '_', but no marks
bool IsSpace(char32_t c);         // \s
bool IsDecimalDigit(char32_t c);  // \d

// str.lower: U+0130 gives two code points, a capital sigma at the end of a word the final one.
std::string Lower(std::string_view text);
// str.strip: without white space at both ends.
std::string_view Strip(std::string_view text);

}  // namespace vams::unicode
