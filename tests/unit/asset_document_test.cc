#include "documents/asset_document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

const BucketDetails kBucketHere{"b-1", "models", "a/"};

TEST(AssetDocument, AbsentFieldsAreNullAndTagsAnEmptyList) {
  const Item asset;
  const auto body =
      BuildAssetDocument({.database_id = "db-one", .asset_id = "chair", .asset = asset, .bucket = kBucketHere});
  ASSERT_TRUE(body);
  EXPECT_EQ(*body,
            R"({"bool_archived":false,"bool_has_asset_children":false,"bool_has_asset_parents":false,)"
            R"("bool_has_assets_related":false,"bool_isdistributable":null,"list_tags":[],"str_assetid":"chair",)"
            R"("str_assetname":null,"str_assettype":null,"str_bucketid":"b-1","str_bucketname":"models",)"
            R"("str_bucketprefix":"a/","str_databaseid":"db-one","str_description":null})");
}

TEST(AssetDocument, NamesAreInByteOrderWithEverythingThere) {
  Item asset;
  asset.Set("isDistributable", true);
  Item version;
  version.Set("assetVersionId", "3");
  version.Set("dateCreated", AttributeValue::Number{"1.5"});
  Item metadata;
  metadata.Set("zeta", "z");
  metadata.Set("Alpha", true);
  const auto body = BuildAssetDocument({.database_id = "db-one",
                                        .asset_id = "chair",
                                        .asset = asset,
                                        .bucket = kBucketHere,
                                        .metadata = {&metadata, nullptr, nullptr},
                                        .current_version = &version,
                                        .archived = true});
  ASSERT_TRUE(body);
  const auto json = nlohmann::json::parse(*body);
  EXPECT_EQ(json.dump(), *body);
  EXPECT_EQ(json["date_asset_version_createdate"], 1.5) << "a number stays a number";
  EXPECT_EQ(json["str_asset_version_comment"], "");
  EXPECT_EQ(json["str_asset_version_id"], "3");
  EXPECT_EQ(json["MD_bool_alpha"], true);
}

TEST(AssetDocument, LaterItemsReplaceValuesInPlace) {
  Item asset;
  Item first;
  first.Set("Name", "1");
  first.Set("name", "2");
  Item second;
  second.Set("Name", "3");
  const auto body = BuildAssetDocument({.database_id = "db-one",
                                        .asset_id = "chair",
                                        .asset = asset,
                                        .bucket = kBucketHere,
                                        .metadata = {&first, &second, nullptr}});
  ASSERT_TRUE(body);
  // 'Name' keeps its place before 'name', which gives the same field and therefore counts.
  EXPECT_EQ(nlohmann::json::parse(*body)["MD_str_name"], "2");
}

TEST(AssetDocument, FailuresTellHowFarTheDocumentCame) {
  Item asset;
  asset.Set("tags", "no list");
  auto body = BuildAssetDocument({.database_id = "db-one", .asset_id = "chair", .asset = asset, .bucket = kBucketHere});
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().rule, "field-type");
  EXPECT_FALSE(body.error().built_whole);

  Item metadata;
  metadata.Set("raw", AttributeValue::Binary{"x"});
  const Item plain;
  body = BuildAssetDocument({.database_id = "db-one",
                             .asset_id = "chair",
                             .asset = plain,
                             .bucket = kBucketHere,
                             .metadata = {&metadata, nullptr, nullptr}});
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().rule, "value-bytes");

  Item version;
  version.Set("comment", AttributeValue::StringSet{{"x"}});
  body = BuildAssetDocument({.database_id = "db-one",
                             .asset_id = "chair",
                             .asset = plain,
                             .bucket = kBucketHere,
                             .current_version = &version});
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().rule, "value-unsendable");
  EXPECT_TRUE(body.error().built_whole);
}

}  // namespace
}  // namespace vams
