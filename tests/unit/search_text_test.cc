#include "backends/embedded/search_text.h"

#include <gtest/gtest.h>

namespace vams::embedded {
namespace {

TEST(SearchText, TakesAllTextValuesAndNoNames) {
  const auto text =
      SearchText(R"({"name":"Turbine","n":1,"b":true,"z":null,"list":["a",["b"],{"k":"\u00e4"}],"f":1.5})");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "Turbine\na\nb\n\xC3\xA4\n");
  EXPECT_EQ(*SearchText("{}"), "");
}

TEST(SearchText, RefusesWhatIsNoObject) {
  for (const char* body : {"", " ", "[]", "\"x\"", "1", "null", "{", "{}x", "{\"a\"}", "{'a':1}", "{\"a\":\"\xFF\"}"}) {
    const auto text = SearchText(body);
    ASSERT_FALSE(text) << body;
    EXPECT_EQ(text.error().code, ErrorCode::kInvalid);
  }
}

TEST(FtsExpression, QuotesEveryWord) {
  EXPECT_EQ(FtsExpression(""), "");
  EXPECT_EQ(FtsExpression("  *  ** "), "");
  EXPECT_EQ(FtsExpression("turbine hall"), "\"turbine\" \"hall\"");
  EXPECT_EQ(FtsExpression(" turb*  hall "), "\"turb\"* \"hall\"");
  EXPECT_EQ(FtsExpression("a AND \"b"), "\"a\" \"AND\" \" b\"");
  EXPECT_EQ(FtsExpression(std::string_view("a\0b", 3)), "\"a\" \"b\"");
}

}  // namespace
}  // namespace vams::embedded
