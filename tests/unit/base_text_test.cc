#include <gtest/gtest.h>

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

TEST(Text, PrintsControlCharactersVisibly) { EXPECT_EQ(Printable("a\n\xFF\xC3\xA4"), "a\\x0a\\xff\xC3\xA4"); }

}  // namespace
}  // namespace vams
