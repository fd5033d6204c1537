#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/aws/tables/side_table_names.h"
#include "tests/unit/aws_world.h"

namespace vams::aws {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kAssets = "vams-prod-AssetStorageTable-ABC";

Json Function(const std::string& name, const Json& variables) {
  return {{"FunctionName", name}, {"Environment", {{"Variables", variables}}}};
}

class SideTableNamesTest : public testing::Test {
 protected:
  Result<SideTableNames> Find(const SideTableNames& given = {}) {
    return FindSideTables(*lambda_.client, *dynamodb_.client, kAssets, given);
  }

  ScriptedService lambda_{Service::kLambda, "lambda"};
  ScriptedService dynamodb_;
};

TEST_F(SideTableNamesTest, WhatIsGivenIsNotAskedFor) {
  const auto names = Find({.metadata = "m", .links = "l", .versions = "v"});
  ASSERT_TRUE(names);
  EXPECT_EQ(names->links, "l");
  EXPECT_THAT(lambda_.requests(), IsEmpty());
  EXPECT_THAT(dynamodb_.requests(), IsEmpty());
}

TEST_F(SideTableNamesTest, FromTheFunctionsOfThisDeploymentOnAllPages) {
  lambda_.Then(Json{{"Functions",
                     {Function("other", {{"ASSET_STORAGE_TABLE_NAME", "vams-test-AssetStorageTable"},
                                         {"METADATA_STORAGE_TABLE_NAME", "wrong"}}),
                      {{"FunctionName", "bare"}}}},
                    {"NextMarker", "a b"}}
                   .dump());
  lambda_.Then(Json{{"Functions",
                     {Function("fileIndexer", {{"ASSET_STORAGE_TABLE_NAME", kAssets},
                                               {"METADATA_STORAGE_TABLE_NAME", "meta"},
                                               {"API_SECRET", "hunter2"}}),
                      Function("assetIndexer", {{"ASSET_STORAGE_TABLE_NAME", kAssets},
                                                {"METADATA_STORAGE_TABLE_NAME", "meta"},
                                                {"ASSET_LINKS_STORAGE_TABLE_V2_NAME", "links"},
                                                {"ASSET_VERSIONS_STORAGE_TABLE_NAME", "versions"}})}}}
                   .dump());
  const auto names = Find({.metadata = "", .links = "mine", .versions = ""});
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(names->metadata, "meta");
  EXPECT_EQ(names->links, "mine");
  EXPECT_EQ(names->versions, "versions");
  ASSERT_THAT(lambda_.requests(), SizeIs(2));
  EXPECT_EQ(RequestTarget(lambda_.requests()[1].url), "/2015-03-31/functions?MaxItems=50&Marker=a%20b");
  EXPECT_THAT(dynamodb_.requests(), IsEmpty());
}

TEST_F(SideTableNamesTest, FromTheWayTablesAreNamedWhereFunctionsMayNotBeListed) {
  lambda_.Refuse("AccessDeniedException", 403);
  dynamodb_.Then(Json{{"TableNames", {"vams-prod-AssetLinksStorageTableV2-1", "vams-test-MetadataStorageTable-2"}},
                      {"LastEvaluatedTableName", "vams-test-MetadataStorageTable-2"}}
                     .dump());
  dynamodb_.Then(
      Json{{"TableNames", {"vams-prod-MetadataStorageTable-3", "vams-prod-AssetVersionsStorageTable-4"}}}.dump());
  const auto names = Find();
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(names->metadata, "vams-prod-MetadataStorageTable-3");
  EXPECT_EQ(names->links, "vams-prod-AssetLinksStorageTableV2-1");
  EXPECT_EQ(names->versions, "vams-prod-AssetVersionsStorageTable-4");
  EXPECT_EQ(dynamodb_.body(1)["ExclusiveStartTableName"], "vams-test-MetadataStorageTable-2");
}

TEST_F(SideTableNamesTest, TwoThatFitAreNoAnswer) {
  lambda_.Then(R"({"Functions": []})");
  dynamodb_.Then(Json{{"TableNames",
                       {"vams-prod-MetadataStorageTable-1", "vams-prod-MetadataStorageTable-2",
                        "vams-prod-AssetLinksStorageTableV2", "vams-prod-AssetVersionsStorageTable"}}}
                     .dump());
  const auto names = Find();
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().code, ErrorCode::kUsage);
  EXPECT_THAT(names.error().message, HasSubstr("metadata"));
  EXPECT_THAT(names.error().message, Not(HasSubstr("links")));
  EXPECT_THAT(names.error().hint, HasSubstr("metadata_storage_table_name"));
  EXPECT_THAT(names.error().hint, HasSubstr("--skip-verification"));
}

TEST_F(SideTableNamesTest, TwoDeploymentsOnOneAssetTableAreNoAnswer) {
  lambda_.Then(Json{{"Functions",
                     {Function("a", {{"ASSET_STORAGE_TABLE_NAME", kAssets}, {"METADATA_STORAGE_TABLE_NAME", "one"}}),
                      Function("b", {{"ASSET_STORAGE_TABLE_NAME", kAssets}, {"METADATA_STORAGE_TABLE_NAME", "two"}})}}}
                   .dump());
  dynamodb_.Then(R"({"TableNames": []})");
  EXPECT_EQ(Find({.metadata = "", .links = "l", .versions = "v"}).error().code, ErrorCode::kUsage);
}

TEST_F(SideTableNamesTest, WhatIsMissingIsSaidWithThePermissionThatWouldHelp) {
  lambda_.Refuse("AccessDeniedException", 403);
  dynamodb_.Refuse("AccessDeniedException", 400);
  EXPECT_THAT(Find().error().hint, HasSubstr("lambda:ListFunctions"));
}

TEST_F(SideTableNamesTest, OtherFailuresArePassedOn) {
  lambda_.transport->Then(500, "{}");
  EXPECT_EQ(Find().error().code, ErrorCode::kUnavailable);
  lambda_.Then("[]");
  EXPECT_EQ(Find().error().code, ErrorCode::kBadReply);
}

}  // namespace
}  // namespace vams::aws
