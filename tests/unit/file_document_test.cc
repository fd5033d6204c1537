#include "documents/file_document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

const BucketDetails kBucketHere{"b-1", "models", ""};

nlohmann::json Build(const ObjectHead* head, const Item* metadata = nullptr) {
  const Item asset;
  const auto body = BuildFileDocument({.database_id = "db-one",
                                       .asset_id = "chair",
                                       .path = "/a/b.GLB",
                                       .asset = asset,
                                       .bucket = kBucketHere,
                                       .metadata = {metadata, nullptr},
                                       .head = head,
                                       .archived = head == nullptr});
  EXPECT_TRUE(body);
  auto json = nlohmann::json::parse(body.value_or("null"));
  EXPECT_EQ(json.dump(), body.value_or(""));
  return json;
}

TEST(FileDocument, WithoutAnObjectItsFieldsAreLeftOut) {
  const auto json = Build(nullptr);
  for (const char* field : {"num_filesize", "date_lastmodified", "str_etag", "str_s3_version_id"}) {
    EXPECT_FALSE(json.contains(field)) << field;
  }
  EXPECT_EQ(json["bool_archived"], true);
  EXPECT_EQ(json["str_fileext"], "glb");
}

TEST(FileDocument, TakesTheObjectsMetadataWithoutThoseOfTheSystem) {
  ObjectHead head;
  head.size = 18446744073709551615ULL;
  head.version_id = "v1";
  head.metadata = {{"assetid", "chair"}, {"databaseid", "db-one"}, {"uploadid", "u"}, {"vams-x", "y"},
                   {"", "empty"},        {"taken", "2025-01-02"},  {"a.b", "1"},      {"ab", "2"}};
  Item metadata;
  metadata.Set("s3_taken", "by hand");
  metadata.Set("S3 ab", "by hand");
  const auto json = Build(&head, &metadata);
  EXPECT_EQ(json["num_filesize"], 18446744073709551615ULL);
  EXPECT_EQ(json["str_s3_version_id"], "v1");
  EXPECT_EQ(json["MD_date_s3_taken"], "2025-01-02");
  EXPECT_EQ(json["MD_str_s3_taken"], "by hand") << "another type is another field";
  EXPECT_EQ(json["MD_str_s3_ab"], "2") << "the object's metadata comes last, and of it the last";
  for (const char* field : {"MD_str_s3_assetid", "MD_str_s3_uploadid", "MD_str_s3_vams-x", "MD_str_s3"}) {
    EXPECT_FALSE(json.contains(field)) << field;
  }
}

TEST(FileDocument, WritesTimesWithANumericOffset) {
  EXPECT_EQ(LastModifiedText(*ParseIso("2024-02-29T23:59:59.999Z")), "2024-02-29T23:59:59+00:00");
  EXPECT_EQ(LastModifiedText(*ParseIso("1970-01-01T00:00:00Z")), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(LastModifiedText(*ParseIso("1969-12-31T23:59:59Z")), "1969-12-31T23:59:59+00:00");
}

}  // namespace
}  // namespace vams
