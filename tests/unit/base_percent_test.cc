#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/percent.h"

namespace vams {
namespace {

TEST(Percent, EncodesAllButTheUnreserved) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("a b/c+ü%\n"), "a%20b%2Fc%2B%C3%BC%25%0A");
  EXPECT_EQ(PercentEncode("a/b:c", "/"), "a/b%3Ac");
}

TEST(Percent, DecodesWhatIsEncodedAndLeavesTheRest) {
  EXPECT_EQ(PercentDecode("a%20b%2fc+%C3%bc"), "a b/c+ü");
  EXPECT_EQ(PercentDecode("a+b%2B", true), "a b+");
  EXPECT_EQ(PercentDecode("100%"), "100%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%zz%41"), "%zzA");
}

RC_GTEST_PROP(Percent, DecodingUndoesEncoding, (const std::string& bytes)) {
  RC_ASSERT(PercentDecode(PercentEncode(bytes)) == bytes);
  RC_ASSERT(PercentDecode(PercentEncode(bytes), true) == bytes);
  RC_ASSERT(PercentDecode(PercentEncode(bytes, "/")) == bytes);
}

RC_GTEST_PROP(Percent, OutputIsOfTheAllowedCharacters, (const std::string& bytes)) {
  for (const char c : PercentEncode(bytes)) {
    RC_ASSERT((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              std::string_view("-._~%").find(c) != std::string_view::npos);
  }
}

}  // namespace
}  // namespace vams
