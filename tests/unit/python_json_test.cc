#include "indexers/python_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams::python {
namespace {

TEST(PythonJson, Truth) {
  for (const char* yes : {"1", "-1", "0.5", "true", "\"0\"", "[0]", "{\"a\":0}"})
    EXPECT_TRUE(IsTruthy(Json::parse(yes))) << yes;
  for (const char* no : {"0", "-0", "0.0", "false", "null", "\"\"", "[]", "{}"})
    EXPECT_FALSE(IsTruthy(Json::parse(no))) << no;
}

TEST(PythonJson, ModelTexts) {
  EXPECT_EQ(AsModelText(Json::parse("12")), "12");
  EXPECT_EQ(AsModelText(Json::parse("1e3")), "1000.0");
  EXPECT_EQ(AsModelText(Json::parse("false")), "False");
  EXPECT_EQ(AsModelText(Json::parse("null")), std::nullopt);
  EXPECT_EQ(AsModelText(Json::parse("[]")), std::nullopt);
}

TEST(PythonJson, ModelBooleans) {
  EXPECT_EQ(AsModelBool(Json::parse("1.0")), true);
  EXPECT_EQ(AsModelBool(Json::parse("0")), false);
  EXPECT_EQ(AsModelBool(Json::parse("2")), std::nullopt);
  EXPECT_EQ(AsModelBool(Json::parse("\"Yes\"")), true);
  EXPECT_EQ(AsModelBool(Json::parse("\"\"")), std::nullopt);
  EXPECT_EQ(AsModelBool(Json::parse("null")), std::nullopt);
}

}  // namespace
}  // namespace vams::python
