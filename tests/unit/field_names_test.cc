#include "documents/field_names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace vams {
namespace {

TEST(FieldNames, FollowTheSteps) {
  EXPECT_EQ(MetadataFieldName("Scan Date"), "scan_date");
  EXPECT_EQ(MetadataFieldName("a\tb\u00A0c.d/e"), "abcde");
  EXPECT_EQ(MetadataFieldName(" _-x"), "-x") << "underscores that lead after the change go too";
  EXPECT_EQ(MetadataFieldName("é__9"), "field_9");
  EXPECT_EQ(MetadataFieldName("éü"), "field_");
  EXPECT_EQ(MetadataFieldName(""), "field_");
  EXPECT_EQ(MetadataFieldName("\u0130\u212A"), "ik");
  EXPECT_EQ(MetadataFieldName("Vams_x"), "vams_x");
}

TEST(FieldNames, LeaveOutSystemNames) {
  EXPECT_EQ(MetadataFieldName("VAMS_x"), std::nullopt);
  EXPECT_EQ(MetadataFieldName("_x"), std::nullopt);
}

TEST(FieldNames, AreCutAt255) {
  EXPECT_EQ(MetadataFieldName(std::string(255, 'a')), std::string(255, 'a'));
  EXPECT_EQ(MetadataFieldName(std::string(256, 'a')), std::string(255, 'a'));
  EXPECT_EQ(MetadataFieldName(std::string(260, '1')), "field_" + std::string(249, '1'));
}

RC_GTEST_PROP(FieldNames, ANameOfANameIsItself, (const std::string& attribute)) {
  if (const auto name = MetadataFieldName(attribute)) RC_ASSERT(MetadataFieldName(*name) == name);
}

}  // namespace
}  // namespace vams
