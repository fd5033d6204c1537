#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vams {

// True for well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool IsUtf8(std::string_view text);
// Offset of the first byte that breaks UTF-8, nullopt when there is none.
std::optional<std::size_t> FirstInvalidUtf8(std::string_view text);
// Code points of valid UTF-8; every invalid byte becomes U+FFFD.
std::u32string DecodeUtf8(std::string_view text);
void AppendUtf8(std::string& out, char32_t code_point);
std::size_t CountCodePoints(std::string_view text);

// For messages: control characters and bytes that are no UTF-8 become \xhh; the rest is kept.
std::string Printable(std::string_view text);

std::string AsciiLower(std::string_view text);
std::vector<std::string_view> Split(std::string_view text, char separator);
// The candidate with the least edit distance to `word`; nullopt when none is near enough to be a typing mistake.
std::optional<std::string_view> Nearest(std::string_view word, const std::vector<std::string_view>& candidates);
// 12345678 -> "12,345,678", for people.
std::string Grouped(std::uint64_t n);

}  // namespace vams
