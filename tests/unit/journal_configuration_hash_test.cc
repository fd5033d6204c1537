#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/configuration_hash.h"

namespace vams {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<ConfigurationValue> kBefore{{"region", "eu-central-1"}, {"table", "assets"}, {"topic", "arn:1"}};

TEST(ConfigurationHash, TheSameConfigurationDiffersInNothing) {
  const Salt salt{1, 2, 3};
  EXPECT_TRUE(DifferentKeys(HashConfiguration(kBefore, salt), salt, kBefore).none());
}

TEST(ConfigurationHash, NamesEachKeyThatDiffers) {
  const Salt salt{1, 2, 3};
  const std::vector<ConfigurationValue> now{{"table", "assets2"}, {"prefix", ""}, {"region", "eu-central-1"}};
  const DifferingKeys keys = DifferentKeys(HashConfiguration(kBefore, salt), salt, now);
  EXPECT_THAT(keys.changed, ElementsAre("table"));
  EXPECT_THAT(keys.added, ElementsAre("prefix"));
  EXPECT_THAT(keys.gone, ElementsAre("topic"));
  EXPECT_FALSE(keys.none());
  EXPECT_THAT(DifferentKeys({}, salt, {}).changed, IsEmpty());
}

TEST(ConfigurationHash, DependsOnTheSaltTheKeyAndTheValue) {
  const auto hash = [](const Salt& salt, const std::string& key, const std::string& value) {
    return HashConfiguration(std::vector<ConfigurationValue>{{key, value}}, salt).at(key);
  };
  const ValueHash one = hash({1}, "key", "value");
  EXPECT_EQ(hash({1}, "key", "value"), one);
  EXPECT_NE(hash({2}, "key", "value"), one);
  EXPECT_NE(hash({1}, "key", "valu"), one);
  EXPECT_NE(hash({1}, "keyv", "alue"), one) << "the boundary counts";
}

TEST(ConfigurationHash, EachRunHasASaltOfItsOwn) { EXPECT_NE(SystemSalt(), SystemSalt()); }

}  // namespace
}  // namespace vams
