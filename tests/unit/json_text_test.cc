#include "documents/json_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

RC_GTEST_PROP(JsonText, StringsAreAsTheLibraryWritesThem, (const std::string& bytes)) {
  std::string out;
  AppendJsonString(out, bytes);
  const auto parsed = nlohmann::json::parse(out);
  RC_ASSERT(parsed.dump() == out);
}

TEST(JsonText, EscapesWhatJsonMustAndKeepsTheRest) {
  std::string out;
  AppendJsonString(out, std::string_view("\"\\/\b\f\n\r\t\0\x1f\x7fé\u2028😀", 20));
  EXPECT_EQ(out, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7fé\u2028😀\"");
  std::string broken;
  AppendJsonString(broken, "a\xFFz\uFFFD");
  EXPECT_EQ(broken, "\"a\uFFFDz\uFFFD\"");
}

TEST(JsonText, ValuesHaveSortedNamesAndNumbers) {
  AttributeMap map;
  map.Set("b", AttributeValue(AttributeValue::Number{"7"}));
  map.Set("a",
          AttributeValue(AttributeValue::List{AttributeValue(AttributeValue::Number{"-1.5E2"}), AttributeValue(true)}));
  map.Set("B", AttributeValue(AttributeMap{}));
  std::string out;
  ASSERT_TRUE(AppendJsonValue(out, AttributeValue(map)));
  EXPECT_EQ(out, "{\"B\":{},\"a\":[-150.0,true],\"b\":7.0}");
  EXPECT_EQ(nlohmann::json::parse(out).dump(), out);
}

TEST(JsonText, SetsAndBytesHaveNoJson) {
  std::string out;
  EXPECT_FALSE(AppendJsonValue(out, AttributeValue(AttributeValue::List{AttributeValue(AttributeValue::Binary{"x"})})));
  EXPECT_FALSE(AppendJsonValue(out, AttributeValue(AttributeValue::NumberSet{{"1"}})));
}

}  // namespace
}  // namespace vams
