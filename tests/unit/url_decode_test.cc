#include "documents/url_decode.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace vams {
namespace {

constexpr const char* kBad = "\xEF\xBF\xBD";

TEST(UrlDecode, PlusesAndEscapes) {
  EXPECT_EQ(UnquotePlus("a+b%2Bc%2fd%25"), "a b+c/d%");
  EXPECT_EQ(UnquotePlus("%C3%A9t%c3%a9"), "été");
  EXPECT_EQ(UnquotePlus("a%2520"), "a%20") << "once only";
}

TEST(UrlDecode, CutEscapesStay) {
  EXPECT_EQ(UnquotePlus("100%"), "100%");
  EXPECT_EQ(UnquotePlus("%4"), "%4");
  EXPECT_EQ(UnquotePlus("%zz%41"), "%zzA");
}

TEST(UrlDecode, BrokenUtf8IsReplacedByTheLongestPart) {
  EXPECT_EQ(UnquotePlus("%FF%FE"), std::string(kBad) + kBad);
  EXPECT_EQ(UnquotePlus("%E2%82x"), std::string(kBad) + "x") << "two bytes that could have begun a character";
  EXPECT_EQ(UnquotePlus("%ED%A0%80"), std::string(kBad) + kBad + kBad)
      << "a surrogate cannot go on after its first byte";
  EXPECT_EQ(UnquotePlus("%F0%9F%98"), kBad);
  EXPECT_EQ(UnquotePlus("%C0%80"), std::string(kBad) + kBad);
}

TEST(UrlDecode, EscapesDoNotJoinWithLettersAsTheyAre) {
  EXPECT_EQ(UnquotePlus("%C3é%A9"), std::string(kBad) + "é" + kBad);
}

RC_GTEST_PROP(UrlDecode, UndoesEncoding, ()) {
  std::string text;
  for (const char32_t c : *rc::gen::container<std::u32string>(rc::gen::inRange<char32_t>(1, 0xD800)))
    AppendUtf8(text, c);
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == ' ') {
      encoded += '+';
    } else {
      encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  RC_ASSERT(UnquotePlus(encoded) == text);
}

// The same rule by trial: the longest stretch that some continuation completes is one U+FFFD.
std::string DecodedByTrial(std::string_view bytes) {
  std::string out;
  const auto could_begin = [](std::string_view part) {
    for (const std::string_view tail : {"", "\x80", "\xA0", "\x90", "\x80\x80", "\xA0\x80", "\x90\x80", "\x80\x80\x80",
                                        "\xA0\x80\x80", "\x90\x80\x80"}) {
      const std::string whole = std::string(part) + std::string(tail);
      if (IsUtf8(whole) && CountCodePoints(whole) == 1) return true;
    }
    return false;
  };
  while (!bytes.empty()) {
    std::size_t n = 1;
    while (n < 4 && n < bytes.size() && could_begin(bytes.substr(0, n + 1))) ++n;
    const std::string_view part = bytes.substr(0, n);
    if (IsUtf8(part)) {
      out += part;
    } else {
      out += kBad;
    }
    bytes.remove_prefix(n);
  }
  return out;
}

RC_GTEST_PROP(UrlDecode, ReplacesAsByTrial, ()) {
  const auto bytes = *rc::gen::container<std::vector<unsigned char>>(
      rc::gen::oneOf(rc::gen::inRange<unsigned char>(0x80, 0xFF),
                     rc::gen::element<unsigned char>(0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0x80, 0x9F, 0xA0, 'a')));
  std::string raw;
  std::string encoded;
  for (const unsigned char b : bytes) {
    raw.push_back(static_cast<char>(b));
    encoded += fmt::format("%{:02x}", b);
  }
  RC_ASSERT(UnquotePlus(encoded) == DecodedByTrial(raw));
}

}  // namespace
}  // namespace vams
