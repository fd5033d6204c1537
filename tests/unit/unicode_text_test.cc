#include "documents/unicode_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "documents/unicode_tables.h"

namespace vams::unicode {
namespace {

TEST(UnicodeText, KnowsClassesOfUnicode15) {
  EXPECT_TRUE(IsPrintable(U'é'));
  EXPECT_FALSE(IsPrintable(0xA0)) << "a space that is not U+0020";
  EXPECT_FALSE(IsPrintable(0xAD)) << "Cf";
  EXPECT_FALSE(IsPrintable(0xE000)) << "Co";
  EXPECT_FALSE(IsPrintable(0x378)) << "unassigned";
  EXPECT_TRUE(IsPrintable(0x11F02)) << "new in Unicode 15";
  EXPECT_FALSE(IsPrintable(0x2FFC)) << "new in Unicode 15.1";
  EXPECT_TRUE(IsWord(U'中'));
  EXPECT_TRUE(IsWord(U'²'));
  EXPECT_TRUE(IsWord(U'Ⅳ'));
  EXPECT_FALSE(IsWord(0x301)) << "a combining mark";
  EXPECT_TRUE(IsSpace(0x3000));
  EXPECT_TRUE(IsSpace(0x1C));
  EXPECT_FALSE(IsSpace(0x200B));
  EXPECT_TRUE(IsDecimalDigit(0x0663));
  EXPECT_TRUE(IsDecimalDigit(0x11F50)) << "new in Unicode 15";
  EXPECT_FALSE(IsDecimalDigit(U'²'));
}

TEST(UnicodeText, LowersByTheFullRules) {
  EXPECT_EQ(Lower("GLB"), "glb");
  EXPECT_EQ(Lower("\u0130"), "i\u0307");
  EXPECT_EQ(Lower("ΑΣ"), "ας");
  EXPECT_EQ(Lower("Σ"), "σ");
  EXPECT_EQ(Lower("ΑΣΑ"), "ασα");
  EXPECT_EQ(Lower("Α\u0301Σ.Α"), "α\u0301σ.α") << "a full stop is looked past";
  EXPECT_EQ(Lower("\u01C4\u1E9E\u212A\u2126"), "\u01C6ßkω");
  EXPECT_EQ(Lower("\U00010400"), "\U00010428");
}

TEST(UnicodeText, Strips) {
  EXPECT_EQ(Strip(" \u3000a b\u2029\n"), "a b");
  EXPECT_EQ(Strip("\u3000"), "");
  EXPECT_EQ(Strip("\u200Ba"), "\u200Ba");
  EXPECT_EQ(Strip("a\x80"), "a\x80") << "a broken byte is no white space";
}

TEST(UnicodeText, TablesAscend) {
  for (const auto flips :
       {PrintableFlips(), WordFlips(), SpaceFlips(), DecimalDigitFlips(), CasedFlips(), CaseIgnorableFlips()}) {
    EXPECT_TRUE(std::ranges::is_sorted(flips));
  }
  EXPECT_TRUE(std::ranges::is_sorted(LowerRuns(), {}, &LowerRun::first));
}

// base/text has a decoder of its own; the two must read everything alike.
RC_GTEST_PROP(UnicodeText, NextReadsAsDecodeUtf8, (const std::string& bytes)) {
  std::u32string points;
  for (std::size_t at = 0; at < bytes.size();) points.push_back(Next(bytes, at));
  RC_ASSERT(points == DecodeUtf8(bytes));
}

RC_GTEST_PROP(UnicodeText, LoweringTwiceIsLoweringOnce, ()) {
  std::string text;
  for (const char32_t c : *rc::gen::container<std::u32string>(rc::gen::inRange<char32_t>(0x20, 0x2FFF))) {
    AppendUtf8(text, c);
  }
  RC_ASSERT(Lower(Lower(text)) == Lower(text));
}

}  // namespace
}  // namespace vams::unicode
