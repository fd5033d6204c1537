#include <gtest/gtest.h>

#include "net/region.h"

namespace vams {
namespace {

TEST(Region, Partition) {
  EXPECT_EQ(PartitionOf("eu-west-1"), "aws");
  EXPECT_EQ(PartitionOf("cn-north-1"), "aws-cn");
  EXPECT_EQ(PartitionOf("us-gov-west-1"), "aws-us-gov");
  EXPECT_EQ(PartitionOf("us-iso-east-1"), "aws-iso");
  EXPECT_EQ(PartitionOf("us-isob-east-1"), "aws-iso-b");
}

TEST(Region, Names) {
  for (const char* name : {"us-east-1", "ap-southeast-4", "local"}) EXPECT_TRUE(IsRegionName(name)) << name;
  for (const char* name : {"", "-", "us-east-1-", "US-EAST-1", "evil.example.com#", "a/b", "us east",
                           "a-name-that-is-longer-than-any-region"}) {
    EXPECT_FALSE(IsRegionName(name)) << name;
  }
}

TEST(Region, HostNamesEndAsThePartitionWants) {
  EXPECT_EQ(DnsSuffix("eu-west-1"), "amazonaws.com");
  EXPECT_EQ(DnsSuffix("us-gov-west-1"), "amazonaws.com");
  EXPECT_EQ(DnsSuffix("cn-north-1"), "amazonaws.com.cn");
  EXPECT_EQ(DnsSuffix("us-iso-east-1"), "c2s.ic.gov");
  EXPECT_EQ(DnsSuffix("us-isob-east-1"), "sc2s.sgov.gov");
}

}  // namespace
}  // namespace vams
