#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/printable_json.h"
#include "base/text.h"

namespace vams {
namespace {

TEST(Text, TellsWellFormedUtf8) {
  EXPECT_TRUE(IsUtf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
  EXPECT_FALSE(IsUtf8("\xC0\x80")) << "overlong";
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80")) << "a surrogate";
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80")) << "beyond U+10FFFF";
  EXPECT_EQ(FirstInvalidUtf8("ab\xFFz"), 2u);
}

TEST(Text, DecodesAndEncodesBack) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  std::string back;
  for (const char32_t c : DecodeUtf8(text)) AppendUtf8(back, c);
  EXPECT_EQ(back, text);
  EXPECT_EQ(CountCodePoints(text), 4u);
  EXPECT_EQ(DecodeUtf8("\xFF"), U"\uFFFD");
}

TEST(Text, NamesTheNearestWord) {
  EXPECT_EQ(Nearest("aws_regoin", {"aws_region", "aws_profile"}), "aws_region");
  EXPECT_EQ(Nearest("xyzzy", {"aws_region", "aws_profile"}), std::nullopt);
}

TEST(Text, GroupsDigits) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
}

// U+009B begins an escape sequence, U+0085 ends a line, U+202E and U+2066 turn what follows around.
TEST(Text, PrintsWhatATerminalActsUponVisibly) {
  EXPECT_EQ(Printable("c1\u009b31m \u009d0;t\u009c \u0085"), "c1\\u009b31m \\u009d0;t\\u009c \\u0085");
  EXPECT_EQ(Printable("\u202egpj.exe \u2066x\u2069 \u200e\u200f\u061c"),
            "\\u202egpj.exe \\u2066x\\u2069 \\u200e\\u200f\\u061c");
  EXPECT_EQ(Printable("a\u2028b\u2029c\ufeff\u200b\u2060"), "a\\u2028b\\u2029c\\ufeff\\u200b\\u2060");
  EXPECT_EQ(Printable("\U000E0041"), "\\U000e0041");
  EXPECT_EQ(Printable("\xED\xA0\x80 \xC0\x9B \xC2"), "\\xed\\xa0\\x80 \\xc0\\x9b \\xc2") << "no UTF-8";
  const std::string kept = "\u00e9 \u6a21 \U0001F600 \u0645\u06cc\u200c\u062e a\u0301 \u00a0\\";
  EXPECT_EQ(Printable(kept), kept);
  EXPECT_EQ(Printable(Printable("\u009b\x1b")), Printable("\u009b\x1b"));
}

TEST(Text, PrintableJsonMeansTheSame) {
  const std::string text = "\u009b\x7f \u202e \U000E0041 \U0001F600 \u00e9\n\x1b";
  const std::string shown = PrintableJson(nlohmann::json(text).dump());
  EXPECT_EQ(nlohmann::json::parse(shown).get<std::string>(), text);
  EXPECT_EQ(shown, "\"\\u009b\\u007f \\u202e \\udb40\\udc41 \U0001F600 \u00e9\\n\\u001b\"");
}

TEST(Text, PrintsControlCharactersVisibly) { EXPECT_EQ(Printable("a\n\xFF\xC3\xA4"), "a\\x0a\\xff\xC3\xA4"); }

}  // namespace
}  // namespace vams
