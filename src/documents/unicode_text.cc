#include "documents/unicode_text.h"

#include <algorithm>
#include <span>

#include "base/text.h"
#include "documents/unicode_tables.h"

namespace vams::unicode {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kCapitalSigma = 0x3A3;

bool Has(std::span<const char32_t> flips, char32_t c) {
  return (std::ranges::upper_bound(flips, c) - flips.begin()) % 2 == 1;
}

bool IsAsciiAlnum(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
}

char32_t SimpleLower(char32_t c) {
  const auto runs = LowerRuns();
  auto run = std::ranges::upper_bound(runs, c, {}, &LowerRun::first);
  // Runs of stride 2 may interleave, so the one that begins last before `c` need not be the one that holds it.
  for (int back = 0; back < 2 && run != runs.begin(); ++back) {
    --run;
    if (c <= run->last && (c - run->first) % run->stride == 0) {
      return static_cast<char32_t>(static_cast<std::int64_t>(c) + run->delta);
    }
  }
  return c;
}

// Unicode's condition Final_Sigma: a cased letter before, none after, case-ignorable characters not counting.
bool IsFinalSigma(const std::u32string& text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && Has(CaseIgnorableFlips(), text[before - 1])) --before;
  if (before == 0 || !Has(CasedFlips(), text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && Has(CaseIgnorableFlips(), text[after])) ++after;
  return after == text.size() || !Has(CasedFlips(), text[after]);
}

}  // namespace

char32_t Next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const char32_t lead = byte(at);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const auto follows = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  if (lead >= 0xC2 && lead <= 0xDF && follows(at + 1)) {
    const char32_t c = (lead & 0x1F) << 6 | (byte(at + 1) & 0x3F);
    at += 2;
    return c;
  }
  if ((lead & 0xF0) == 0xE0 && follows(at + 1) && follows(at + 2)) {
    const char32_t c = (lead & 0x0F) << 12 | (byte(at + 1) & 0x3F) << 6 | (byte(at + 2) & 0x3F);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
      at += 3;
      return c;
    }
  }
  if (lead >= 0xF0 && lead <= 0xF4 && follows(at + 1) && follows(at + 2) && follows(at + 3)) {
    const char32_t c =
        (lead & 0x07) << 18 | (byte(at + 1) & 0x3F) << 12 | (byte(at + 2) & 0x3F) << 6 | (byte(at + 3) & 0x3F);
    if (c >= 0x10000 && c <= 0x10FFFF) {
      at += 4;
      return c;
    }
  }
  ++at;
  return kReplacement;
}

bool IsPrintable(char32_t c) {
  if (c < 0x7F) return c >= 0x20;
  return Has(PrintableFlips(), c);
}

bool IsWord(char32_t c) {
  if (c < 0x80) return IsAsciiAlnum(c) || c == U'_';
  return Has(WordFlips(), c);
}

bool IsSpace(char32_t c) {
  if (c > 0x20 && c < 0x80) return false;
  return Has(SpaceFlips(), c);
}

bool IsDecimalDigit(char32_t c) {
  if (c < 0x80) return c >= U'0' && c <= U'9';
  return Has(DecimalDigitFlips(), c);
}

std::string Lower(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return AsciiLower(text);
  const std::u32string points = DecodeUtf8(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < points.size(); ++at) {
    const char32_t c = points[at];
    if (c == kCapitalSigma) {
      AppendUtf8(out, IsFinalSigma(points, at) ? 0x3C2 : 0x3C3);
    } else if (c == 0x130) {
      out += "i\xCC\x87";
    } else {
      AppendUtf8(out, SimpleLower(c));
    }
  }
  return out;
}

std::string_view Strip(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t next = begin;
    if (!IsSpace(Next(text, next))) break;
    begin = next;
  }
  text.remove_prefix(begin);
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    std::size_t at = last;
    if (!IsSpace(Next(text, at)) || at != text.size()) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

}  // namespace vams::unicode
