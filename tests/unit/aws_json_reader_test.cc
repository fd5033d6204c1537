#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "backends/aws/json_reader.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;

TEST(JsonReader, GivesValuesAsTheyWereWritten) {
  constexpr std::string_view kText = R"( { "a" : {"n":1.50, "t":"\u00e4 }\"" , "l":[ [], {} ]} ,"b":-1e5,"c":null } )";
  JsonReader json(kText);
  std::vector<std::string> seen;
  ASSERT_TRUE(json.Object([&](std::string_view name) {
    const auto raw = json.Raw();
    seen.push_back(std::string(name) + "=" + std::string(raw.value_or("?")));
    return raw.has_value();
  }));
  EXPECT_TRUE(json.AtEnd());
  EXPECT_THAT(seen, ElementsAre(R"(a={"n":1.50, "t":"\u00e4 }\"" , "l":[ [], {} ]})", "b=-1e5", "c=null"));
}

TEST(JsonReader, ReadsStringsNumbersAndWords) {
  JsonReader json(R"(["a\"\u00e4\\", 18446744073709551615, true, false])");
  std::string text;
  std::uint64_t number = 0;
  std::vector<bool> bools;
  int at = 0;
  ASSERT_TRUE(json.Array([&] {
    switch (at++) {
      case 0: return (text = json.String().value_or("")) != "";
      case 1: return (number = json.Unsigned().value_or(0)) != 0;
      default: bools.push_back(json.Bool().value_or(false)); return true;
    }
  }));
  EXPECT_EQ(text, "a\"\u00e4\\");
  EXPECT_EQ(number, 18446744073709551615u);
  EXPECT_THAT(bools, ElementsAre(true, false));
}

TEST(JsonReader, NestsAsDeepAsTheTextDoes) {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  JsonReader json(deep);
  EXPECT_EQ(json.Raw(), deep);
}

TEST(JsonReader, RefusesWhatIsCutOrOfAnotherShape) {
  constexpr std::string_view kWhole = R"({"a":["x",{"b":1}],"c":"d"})";
  for (std::size_t n = 0; n < kWhole.size(); ++n) {
    JsonReader json(kWhole.substr(0, n));
    EXPECT_FALSE(json.Object([&](std::string_view) { return json.Skip(); })) << kWhole.substr(0, n);
  }
  EXPECT_FALSE(JsonReader("[]").Object([](std::string_view) { return true; }));
  EXPECT_FALSE(JsonReader("{}").Array([] { return true; }));
  EXPECT_EQ(JsonReader("12").String(), std::nullopt);
  EXPECT_EQ(JsonReader("\"\xFF\"").String(), std::nullopt);
  EXPECT_EQ(JsonReader("-1").Unsigned(), std::nullopt);
  EXPECT_EQ(JsonReader("1.5").Unsigned(), std::nullopt);
  EXPECT_EQ(JsonReader("yes").Bool(), std::nullopt);
  EXPECT_EQ(JsonReader("}").Raw(), std::nullopt);
  EXPECT_EQ(JsonReader("").Raw(), std::nullopt);
}

}  // namespace
}  // namespace vams::aws
