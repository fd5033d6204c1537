#include "backends/aws/tables/aws_side_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/aws/tables/aws_bucket_table.h"
#include "tests/unit/aws_world.h"

namespace vams::aws {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AwsSideTablesTest : public testing::Test {
 protected:
  ScriptedService service_;
  AwsSideTables tables_{service_.client,
                        {.metadata = "metadata", .links = "links", .versions = "versions"},
                        {.account = "1", .workers = 1}};
};

TEST_F(AwsSideTablesTest, MetadataByKey) {
  service_.Then(R"({"Responses":{"metadata":[{"databaseId":{"S":"db"},"assetId":{"S":"/a/b c.glb"}}]}})");
  const std::vector<MetadataKey> keys{{"db", "a"}, {"db", "/a/b c.glb"}};
  const auto items = tables_.GetMetadata(keys);
  ASSERT_TRUE(items);
  EXPECT_EQ((*items)[0], std::nullopt);
  EXPECT_NE((*items)[1], std::nullopt);
  EXPECT_TRUE(service_.body(0)["RequestItems"].contains("metadata"));
}

TEST_F(AwsSideTablesTest, LinksByTheIndexOfTheirEnd) {
  service_.Then(R"({"Items":[{"assetLinkId":{"S":"1"}}],"LastEvaluatedKey":{"assetLinkId":{"S":"1"}}})")
      .Then(R"({"Items":[{"assetLinkId":{"S":"2"}}]})")
      .Then(R"({"Items":[]})");
  const std::vector<LinkQuery> queries{{LinkEnd::kFrom, {"db", "a"}}, {LinkEnd::kTo, {"db", "a"}}};
  const auto links = tables_.QueryLinks(queries, std::nullopt);
  ASSERT_TRUE(links);
  EXPECT_THAT((*links)[0], SizeIs(2)) << "both pages";
  EXPECT_THAT((*links)[1], IsEmpty());
  EXPECT_EQ(service_.requests()[0].body.view(),
            R"({"IndexName":"fromAssetGSI","KeyConditionExpression":"#p = :p",)"
            R"("ExpressionAttributeNames":{"#p":"fromAssetDatabaseId:fromAssetId"},)"
            R"("ExpressionAttributeValues":{":p":{"S":"db:a"}},"TableName":"links"})");
  EXPECT_EQ(service_.requests()[0].call.resource, "arn:aws:dynamodb:eu-west-1:1:table/links/index/fromAssetGSI");
  EXPECT_EQ(service_.body(2)["IndexName"], "toAssetGSI");
  EXPECT_EQ(service_.body(2)["ExpressionAttributeNames"]["#p"], "toAssetDatabaseId:toAssetId");
}

TEST_F(AwsSideTablesTest, ALimitIsThatOfAllPagesTogether) {
  const std::string more = R"({"Items":[{"assetVersionId":{"S":"0"}},{"assetVersionId":{"S":"1"}}],
                              "LastEvaluatedKey":{"assetId":{"S":"a"},"assetVersionId":{"S":"1"}}})";
  service_.Then(more).Then(R"({"Items":[{"assetVersionId":{"S":"2"}}],
                              "LastEvaluatedKey":{"assetId":{"S":"a"},"assetVersionId":{"S":"2"}}})");
  const std::vector<std::string> ids{"a"};
  const auto versions = tables_.QueryVersions(ids, ItemCount{3});
  ASSERT_TRUE(versions);
  EXPECT_THAT((*versions)[0], SizeIs(3));
  ASSERT_THAT(service_.requests(), SizeIs(2));
  EXPECT_EQ(service_.body(0)["Limit"], 3);
  EXPECT_EQ(service_.body(0)["ConsistentRead"], true);
  EXPECT_EQ(service_.body(1)["Limit"], 1);
}

TEST_F(AwsSideTablesTest, AFailedQueryFailsTheCall) {
  service_.Then(R"({"Items":[]})").Refuse("ResourceNotFoundException");
  const std::vector<std::string> ids{"a", "b", "c"};
  const auto versions = tables_.QueryVersions(ids, std::nullopt);
  ASSERT_FALSE(versions);
  EXPECT_EQ(versions.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(versions.error().message, HasSubstr("table versions"));
  EXPECT_THAT(service_.requests(), SizeIs(2)) << "no further query after a failed one";
}

TEST_F(AwsSideTablesTest, BucketsByTheFirstOfTheirSortKeys) {
  AwsBucketTable buckets(service_.client, "buckets", {.workers = 1});
  service_
      .Then(R"({"Items":[{"bucketId":{"S":"a"},"bucketName":{"S":"name"}}],
                   "LastEvaluatedKey":{"bucketId":{"S":"a"}}})")
      .Then(R"({"Items":[]})");
  const std::vector<std::string> ids{"b", "a", "", "a"};
  const auto records = buckets.GetMany(ids);
  ASSERT_TRUE(records);
  EXPECT_EQ((*records)[0], std::nullopt);
  EXPECT_EQ((*records)[1]->bucket_name, "name");
  EXPECT_EQ((*records)[2], std::nullopt);
  EXPECT_EQ((*records)[3]->bucket_name, "name");
  ASSERT_THAT(service_.requests(), SizeIs(2)) << "each id once";
  EXPECT_EQ(service_.requests()[0].body.view(),
            R"({"ConsistentRead":true,"KeyConditionExpression":"#p = :p",)"
            R"("ExpressionAttributeNames":{"#p":"bucketId"},"ExpressionAttributeValues":{":p":{"S":"a"}},)"
            R"("Limit":1,"TableName":"buckets"})");
}

TEST_F(AwsSideTablesTest, BucketsInPages) {
  AwsBucketTable buckets(service_.client, "buckets", {});
  service_.Then(R"({"Items":[{"bucketId":{"S":"a"}}],"LastEvaluatedKey":{"bucketId":{"S":"a"}}})")
      .Then(R"({"Items":[]})");
  const auto first = buckets.Scan(std::nullopt, ItemCount{1});
  ASSERT_TRUE(first && first->next);
  const auto second = buckets.Scan(first->next, ItemCount{1});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->next, std::nullopt);
  EXPECT_EQ(service_.body(1)["ExclusiveStartKey"]["bucketId"]["S"], "a");
  EXPECT_EQ(buckets.Scan(std::nullopt, ItemCount{0}).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace vams::aws
