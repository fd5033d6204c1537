#include "documents/url_decode.h"

#include <algorithm>

namespace vams {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsEscape(std::string_view text, std::size_t at) {
  return at + 2 < text.size() && text[at] == '%' && HexDigit(text[at + 1]) >= 0 && HexDigit(text[at + 2]) >= 0;
}

// bytes.decode("utf-8", "replace"): a broken sequence is replaced up to the first byte that cannot go on with it.
void AppendReplacing(std::string& out, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned lead = byte(at);
    if (lead < 0x80) {
      out.push_back(bytes[at++]);
      continue;
    }
    std::size_t length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      length = 3;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      length = 4;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    }
    if (length == 0) {
      out += kReplacement;
      ++at;
      continue;
    }
    std::size_t n = 1;
    while (n < length && at + n < bytes.size() && byte(at + n) >= low && byte(at + n) <= high) {
      low = 0x80;
      high = 0xBF;
      ++n;
    }
    if (n == length) {
      out.append(bytes, at, length);
    } else {
      out += kReplacement;
    }
    at += n;
  }
}

}  // namespace

std::string UnquotePlus(std::string_view text) {
  std::string spaced;
  if (text.contains('+')) {
    spaced = text;
    std::ranges::replace(spaced, '+', ' ');
    text = spaced;
  }
  if (!text.contains('%')) return std::string(text);
  std::string out;
  out.reserve(text.size());
  std::string bytes;
  // Python splits the text into stretches of ASCII and of other characters, and decodes the bytes of each ASCII stretch
  // by itself: an escape never joins with a character that was not escaped.
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && static_cast<unsigned char>(text[end]) < 0x80) ++end;
    const std::string_view ascii = text.substr(at, end - at);
    bytes.clear();
    for (std::size_t i = 0; i < ascii.size();) {
      if (IsEscape(ascii, i)) {
        bytes.push_back(static_cast<char>(HexDigit(ascii[i + 1]) * 16 + HexDigit(ascii[i + 2])));
        i += 3;
      } else {
        bytes.push_back(ascii[i++]);
      }
    }
    AppendReplacing(out, bytes);
    at = end;
    while (end < text.size() && static_cast<unsigned char>(text[end]) >= 0x80) ++end;
    out.append(text, at, end - at);
    at = end;
  }
  return out;
}

}  // namespace vams
