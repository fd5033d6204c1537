#include "model/attribute_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace vams {
namespace {

// {"a": {"L": [{"L": [ ... {"NULL": true} ... ]}]}}
std::string Nested(std::size_t levels) {
  std::string text = R"({"a":)";
  for (std::size_t i = 0; i < levels; ++i) text += R"({"L":[)";
  text += R"({"NULL":true})";
  for (std::size_t i = 0; i < levels; ++i) text += "]}";
  return text + "}";
}

TEST(AttributeValue, TakesWhatDynamoDbTakesAndBoundsTheRest) {
  const auto item = ParseDynamoJson(Nested(32));
  ASSERT_TRUE(item);
  EXPECT_EQ(DumpDynamoJson(*item), Nested(32));
  for (const std::size_t levels : {101u, 100'000u}) {
    const auto refused = ParseDynamoJson(Nested(levels));
    ASSERT_FALSE(refused) << levels;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
    // One line, however deep it was found.
    EXPECT_LT(refused.error().message.size(), 200u);
  }
}

}  // namespace
}  // namespace vams
