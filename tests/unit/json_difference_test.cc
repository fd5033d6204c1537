#include "cli/json_difference.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams::cli {
namespace {

using Lines = std::vector<std::string>;

Lines Differences(const char* expected, const char* actual) {
  Lines lines;
  AddDifferences(lines, "x", nlohmann::ordered_json::parse(expected), nlohmann::ordered_json::parse(actual));
  return lines;
}

TEST(JsonDifference, EqualValuesHaveNone) {
  EXPECT_EQ(Differences(R"({"a":1,"b":[2.0,null]})", R"({"b":[2,null],"a":1.0})"), Lines{});
}

TEST(JsonDifference, NamesEachPlace) {
  EXPECT_EQ(Differences(R"({"a":{"b":1},"c":[1,2],"d":null})", R"({"a":{"b":2},"c":[1],"e":"é"})"),
            (Lines{"x.a.b: expected 1, got 2", "x.c[1]: expected 2, got nothing", "x.d: expected null, got nothing",
                   "x.e: expected nothing, got \"\\u00e9\""}));
  EXPECT_EQ(Differences("1", "true"), (Lines{"x: expected 1, got true"}));
  EXPECT_EQ(Differences("\"1\"", "1"), (Lines{"x: expected \"1\", got 1"}));
}

}  // namespace
}  // namespace vams::cli
