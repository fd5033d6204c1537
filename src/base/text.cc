#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "base/printable_json.h"

namespace vams {
namespace {

// Length of the valid sequence at `at`, 0 if it is not one (RFC 3629, section 4).
std::size_t SequenceLength(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(at + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return continues(at + 1, low, high) && continues(at + 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(at + 1, low, high) && continues(at + 2) && continues(at + 3) ? 4 : 0;
  }
  return 0;
}

// How many bytes from `at` on are ASCII, by eights: most text is nothing else.
std::size_t AsciiRun(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t run = 0;
  std::uint64_t eight = 0;
  for (std::array<std::uint64_t, 4> four{}; at + run + sizeof four <= text.size(); run += sizeof four) {
    std::memcpy(four.data(), text.data() + at + run, sizeof four);
    if (((four[0] | four[1] | four[2] | four[3]) & kHighBits) != 0) break;
  }
  for (; at + run + sizeof eight <= text.size(); run += sizeof eight) {
    std::memcpy(&eight, text.data() + at + run, sizeof eight);
    if ((eight & kHighBits) != 0) return run;
  }
  // The rest together with what is known already.
  if (const std::size_t rest = text.size() - at - run; rest > 0 && rest < sizeof eight && text.size() >= sizeof eight) {
    std::memcpy(&eight, text.data() + text.size() - sizeof eight, sizeof eight);
    if ((eight & kHighBits) == 0) run += rest;
  }
  return run;
}

// Of a valid sequence of `n` bytes, 2 to 4.
std::uint32_t CodePoint(std::string_view text, std::size_t at, std::size_t n) {
  std::uint32_t c = static_cast<unsigned char>(text[at]) & (0x7FU >> n);
  for (std::size_t i = 1; i < n; ++i) c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return c;
}

// What a terminal takes for a command or an end of a line, and what changes or hides how the text around it is seen.
// The joiners U+200C and U+200D stay: scripts and emoji need them.
bool Misleads(std::uint32_t c) {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  static constexpr auto kRanges = std::to_array<Range>({{0x80, 0x9F},          // C1 controls: U+009B begins a sequence
                                                        {0xAD, 0xAD},          // soft hyphen
                                                        {0x61C, 0x61C},        // Arabic letter mark
                                                        {0x115F, 0x1160},      // Hangul fillers
                                                        {0x180E, 0x180E},      // Mongolian vowel separator
                                                        {0x200B, 0x200B},      // zero-width space
                                                        {0x200E, 0x200F},      // marks of direction
                                                        {0x2028, 0x202E},      // separators, embeddings, overrides
                                                        {0x2060, 0x206F},      // invisible operators, isolates
                                                        {0x3164, 0x3164},      // Hangul filler
                                                        {0xFEFF, 0xFEFF},      // byte order mark
                                                        {0xFFF9, 0xFFFB},      // interlinear annotation
                                                        {0x1D173, 0x1D17A},    // controls of musical notation
                                                        {0xE0000, 0xE007F}});  // tags
  return c >= 0x80 && std::ranges::any_of(kRanges, [c](const Range& r) { return c >= r.first && c <= r.last; });
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::size_t> FirstInvalidUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    at += AsciiRun(text, at);
    if (at == text.size()) break;
    const std::size_t n = SequenceLength(text, at);
    if (n == 0) return at;
    at += n;
  }
  return std::nullopt;
}

bool IsUtf8(std::string_view text) { return !FirstInvalidUtf8(text); }

std::u32string DecodeUtf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = SequenceLength(text, at);
    const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
    switch (n) {
      case 1: out.push_back(byte(0)); break;
      case 2: out.push_back((byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)); break;
      case 3: out.push_back((byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)); break;
      case 4:
        out.push_back((byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F));
        break;
      default: out.push_back(U'\uFFFD'); break;
    }
    at += n == 0 ? 1 : n;
  }
  return out;
}

void AppendUtf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (c >> 18)));
    out.push_back(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size(); ++n) at += std::max<std::size_t>(1, SequenceLength(text, at));
  return n;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = SequenceLength(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    if (n == 0 || byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
      ++at;
      continue;
    }
    const std::uint32_t c = n == 1 ? byte : CodePoint(text, at, n);
    if (!Misleads(c)) {
      out.append(text.substr(at, n));
    } else {
      out += c <= 0xFFFF ? fmt::format("\\u{:04x}", c) : fmt::format("\\U{:08x}", c);
    }
    at += n;
  }
  return out;
}

std::string PrintableJson(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t n = std::max<std::size_t>(1, SequenceLength(text, at));
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::uint32_t c = n == 1 ? byte : CodePoint(text, at, n);
    if (n == 1 ? byte != 0x7F : !Misleads(c)) {
      out.append(text.substr(at, n));
    } else if (c <= 0xFFFF) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
    }
    at += n;
  }
  return out;
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string Grouped(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace vams
