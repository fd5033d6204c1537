#include "backends/aws/tables/aws_asset_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>

#include "tests/unit/aws_world.h"

namespace vams::aws {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kArn = "arn:aws:dynamodb:eu-west-1:123456789012:table/assets";

class AwsAssetTableTest : public testing::Test {
 protected:
  ScriptedService service_;
  // One worker, so that requests come in the order of the keys.
  AwsAssetTable table_{service_.client, "assets", {.account = "123456789012", .workers = 1}};
  const std::vector<AssetKey> keys_{{"db", "a"}, {"db", "b"}, {"db", "c"}};
};

TEST_F(AwsAssetTableTest, ScanSendsSegmentAndLimit) {
  service_.Then(R"({"Items":[{"assetId":{"S":"a"},"zeta":{"N":"1.50"},"databaseId":{"S":"db"}}],"Count":1})");
  const auto page = table_.Scan({3, 8}, std::nullopt, ItemCount{250});
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_THAT(page->items, SizeIs(1));
  EXPECT_EQ(page->items[0].key, (AssetKey{"db", "a"}));
  EXPECT_EQ(DumpDynamoJson(page->items[0].item), R"({"assetId":{"S":"a"},"zeta":{"N":"1.50"},"databaseId":{"S":"db"}})")
      << "attributes keep the order that the service gave them";
  EXPECT_EQ(page->next, std::nullopt);

  const auto requests = service_.requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].method, Method::kPost);
  EXPECT_EQ(requests[0].headers.Get("X-Amz-Target"), "DynamoDB_20120810.Scan");
  EXPECT_EQ(requests[0].headers.Get("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(requests[0].body.view(), R"({"Segment":3,"TotalSegments":8,"Limit":250,"TableName":"assets"})");
  EXPECT_EQ(requests[0].call.resource, kArn);
  EXPECT_EQ(requests[0].call.operation, "Scan");
}

TEST_F(AwsAssetTableTest, ACursorIsTheLastKeyOfItsSegmentAlone) {
  service_.Then(R"({"Items":[],"LastEvaluatedKey":{"databaseId":{"S":"d\"b"},"assetId":{"S":"\u00e9"}}})")
      .Then(R"({"Items":[]})");
  const auto first = table_.Scan({1, 4}, std::nullopt, ItemCount{10});
  ASSERT_TRUE(first && first->next) << "an empty page may have a next";
  EXPECT_THAT(first->items, IsEmpty());
  for (const Segment other : {Segment{1, 5}, Segment{2, 4}, Segment{0, 1}}) {
    const auto refused = table_.Scan(other, first->next, ItemCount{10});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(refused.error().message, HasSubstr("segment 1 of 4"));
  }
  ASSERT_TRUE(table_.Scan({1, 4}, first->next, ItemCount{10}));
  ASSERT_THAT(service_.requests(), SizeIs(2));
  EXPECT_EQ(service_.body(1)["ExclusiveStartKey"],
            Json::parse(R"({"databaseId":{"S":"d\"b"},"assetId":{"S":"\u00e9"}})"));
}

TEST_F(AwsAssetTableTest, RefusesWhatIsNoCursor) {
  for (const char* token :
       {"", "x", "{}", "[]", R"({"segment":0,"total":1})", R"({"segment":0,"total":1,"key":{}})",
        R"({"segment":-1,"total":1,"key":{"a":1}})", R"({"segment":0,"total":"1","key":{"a":1}})"}) {
    const auto page = table_.Scan({0, 1}, Cursor{token}, ItemCount{1});
    ASSERT_FALSE(page) << token;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid) << token;
  }
  EXPECT_THAT(service_.requests(), IsEmpty());
}

TEST_F(AwsAssetTableTest, AScanThatDoesNotMoveIsABadReply) {
  const std::string same = R"({"Items":[],"LastEvaluatedKey":{"databaseId":{"S":"d"},"assetId":{"S":"a"}}})";
  service_.Then(same).Then(same);
  const auto first = table_.Scan({0, 1}, std::nullopt, ItemCount{1});
  ASSERT_TRUE(first);
  const auto second = table_.Scan({0, 1}, first->next, ItemCount{1});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBadReply);
}

TEST_F(AwsAssetTableTest, GarbageIsABadReplyWithTableAndOperation) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"Items":{}})", R"({"Items":[1]})",
                           R"({"Items":[{"a":{"X":"1"}}]})", R"({"Items":[],"LastEvaluatedKey":{}})",
                           R"({"Items":[],"LastEvaluatedKey":"x"})", "{\"Items\":[{\"a\":{\"S\":\"\xff\"}}]}"}) {
    service_.Then(body);
    const auto page = table_.Scan({0, 1}, std::nullopt, ItemCount{1});
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().code, ErrorCode::kBadReply) << body;
    EXPECT_THAT(page.error().message, HasSubstr("table assets")) << body;
    EXPECT_EQ(page.error().operation, "dynamodb:Scan") << body;
  }
}

TEST_F(AwsAssetTableTest, AReplyThatIsCutOrFailsItsChecksumIsNoEmptyTable) {
  service_.transport->Fail(TransportError::Kind::kCutBody, /*may_have_been_applied=*/true);
  const auto page = table_.Scan({0, 1}, std::nullopt, ItemCount{1});
  ASSERT_FALSE(page);
  EXPECT_TRUE(page.error().retryable);
  EXPECT_THAT(page.error().message, HasSubstr("table assets"));
}

TEST_F(AwsAssetTableTest, AMissingTableIsNamed) {
  service_.Refuse("ResourceNotFoundException");
  const auto page = table_.Scan({0, 1}, std::nullopt, ItemCount{1});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(page.error().message, HasSubstr("table assets"));
}

TEST_F(AwsAssetTableTest, ARefusalNamesTheTablesArn) {
  service_.Refuse("AccessDeniedException");
  const auto page = table_.Scan({0, 1}, std::nullopt, ItemCount{1});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(page.error().hint, AllOf(HasSubstr("dynamodb:Scan"), HasSubstr(kArn)));
}

TEST_F(AwsAssetTableTest, ATableMayBeAnArn) {
  const std::string arn = "arn:aws:dynamodb:us-east-1:999999999999:table/theirs";
  AwsAssetTable table(service_.client, arn, {});
  service_.Then(R"({"Items":[]})");
  ASSERT_TRUE(table.Scan({0, 1}, std::nullopt, ItemCount{1}));
  EXPECT_EQ(service_.body(0)["TableName"], arn);
  EXPECT_EQ(service_.requests()[0].call.resource, arn);
}

TEST_F(AwsAssetTableTest, AnUnknownAccountIsAStar) {
  AwsAssetTable table(service_.client, "assets", {});
  service_.Then(R"({"Items":[]})");
  ASSERT_TRUE(table.FindInBucket("bucket", "asset"));
  EXPECT_EQ(service_.requests()[0].call.resource, "arn:aws:dynamodb:eu-west-1:*:table/assets/index/BucketIdGSI");
}

TEST_F(AwsAssetTableTest, FindsInEveryPageOfTheIndex) {
  service_
      .Then(R"({"Items":[{"databaseId":{"S":"z"},"assetId":{"S":"a"}}],
                "LastEvaluatedKey":{"databaseId":{"S":"z"},"assetId":{"S":"a"},"bucketId":{"S":"b"}}})")
      .Then(R"({"Items":[{"databaseId":{"S":"m"},"assetId":{"S":"a"}}]})");
  const auto found = table_.FindInBucket("b", "a");
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(2));
  EXPECT_EQ((*found)[0].key.database_id, "m");
  EXPECT_EQ(service_.requests()[0].body.view(),
            R"({"IndexName":"BucketIdGSI","KeyConditionExpression":"#p = :p AND #s = :s",)"
            R"("ExpressionAttributeNames":{"#p":"bucketId","#s":"assetId"},)"
            R"("ExpressionAttributeValues":{":p":{"S":"b"},":s":{"S":"a"}},"TableName":"assets"})");
  EXPECT_EQ(service_.body(1)["ExclusiveStartKey"]["bucketId"]["S"], "b");
}

TEST_F(AwsAssetTableTest, FindsManyTogetherAndInOrder) {
  AwsAssetTable table(service_.client, "assets", {.workers = 3});
  // No reply comes before all three are there.
  std::latch all_sent(3);
  service_.transport->Otherwise([&](const HttpRequest& request) {
    all_sent.arrive_and_wait();
    const std::string asset = Json::parse(request.body.view())["ExpressionAttributeValues"][":s"]["S"];
    return HttpReply{.status = 200,
                     .body = R"({"Items":[{"databaseId":{"S":"db"},"assetId":{"S":")" + asset + R"("}}]})"};
  });
  const std::vector<BucketAsset> wanted{{"b", "x"}, {"b", "y"}, {"c", "z"}};
  const auto found = table.FindManyInBucket(wanted);
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(3));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ASSERT_THAT((*found)[i], SizeIs(1));
    EXPECT_EQ((*found)[i][0].key.asset_id, wanted[i].asset_id);
  }
}

TEST_F(AwsAssetTableTest, OneOfManyThatCannotBeFoundOutIsAnError) {
  service_.Then(R"({"Items":[]})").Refuse("InternalServerError", 500);
  const std::vector<BucketAsset> wanted{{"b", "x"}, {"b", "y"}, {"b", "z"}};
  const auto found = table_.FindManyInBucket(wanted);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
}

TEST_F(AwsAssetTableTest, FindsNothingUnderAKeyThatCannotBe) {
  for (const auto& [bucket, asset] : {std::pair<std::string, std::string>{"", "a"},
                                      {"b", ""},
                                      {std::string(2049, 'b'), "a"},
                                      {"b", std::string(1025, 'a')},
                                      {"b", "\xff"}}) {
    const auto found = table_.FindInBucket(bucket, asset);
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, IsEmpty());
  }
  EXPECT_THAT(service_.requests(), IsEmpty());
}

TEST_F(AwsAssetTableTest, ATouchIsOneConditionalUpdateOfOneAttribute) {
  service_.Then("{}");
  const auto outcomes = table_.Touch(std::span(keys_).first(1), "2025-06-01T00:00:00.000001+00:00");
  ASSERT_TRUE(outcomes);
  EXPECT_EQ((*outcomes)[0], TouchOutcome::kDone);
  const auto request = service_.requests()[0];
  EXPECT_EQ(request.headers.Get("X-Amz-Target"), "DynamoDB_20120810.UpdateItem");
  EXPECT_EQ(request.idempotency, Idempotency::kYes);
  EXPECT_EQ(request.body.view(),
            R"j({"UpdateExpression":"SET #d = :v","ConditionExpression":"attribute_exists(databaseId)",)j"
            R"("ExpressionAttributeNames":{"#d":"_os_reindex_date"},)"
            R"("ExpressionAttributeValues":{":v":{"S":"2025-06-01T00:00:00.000001+00:00"}},)"
            R"("TableName":"assets","Key":{"databaseId":{"S":"db"},"assetId":{"S":"a"}}})");
}

TEST_F(AwsAssetTableTest, KeysAreScannedWithoutTheOtherAttributes) {
  service_.Then(R"({"Items":[{"databaseId":{"S":"db"},"assetId":{"S":"a"}},{"databaseId":{"S":"db"}}],"Count":2})");
  const auto page = table_.ScanKeys({.index = 0, .total = 1}, std::nullopt, ItemCount{10});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->keys, (std::vector<AssetKey>{{"db", "a"}, {"db", ""}}));
  EXPECT_FALSE(page->next);
  EXPECT_THAT(std::string(service_.requests()[0].body.view()),
              testing::HasSubstr(R"("ProjectionExpression":"databaseId, assetId")"));
}

TEST_F(AwsAssetTableTest, EachKeyOfATouchHasItsOwnOutcome) {
  service_.Refuse("ConditionalCheckFailedException").Refuse("InternalServerError", 500).Then("{}");
  const auto outcomes = table_.Touch(keys_, "now");
  ASSERT_TRUE(outcomes);
  EXPECT_EQ((*outcomes)[0], TouchOutcome::kGone);
  ASSERT_FALSE((*outcomes)[1]);
  EXPECT_EQ((*outcomes)[1].error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE((*outcomes)[1].error().retryable);
  EXPECT_EQ((*outcomes)[2], TouchOutcome::kDone);
}

TEST_F(AwsAssetTableTest, AKeyThatCannotBeIsRefusedWithoutARequest) {
  const std::vector<AssetKey> keys{{"", "a"}, {"db", std::string(1025, 'x')}, {"\xc3", "a"}};
  const auto outcomes = table_.Touch(keys, "now");
  ASSERT_TRUE(outcomes);
  for (const auto& outcome : *outcomes) EXPECT_EQ(outcome.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(service_.requests(), IsEmpty());
}

TEST_F(AwsAssetTableTest, WithoutATableNothingIsTouchedAfterTheFirstRefusal) {
  service_.Refuse("ResourceNotFoundException");
  const auto outcomes = table_.Touch(keys_, "now");
  ASSERT_FALSE(outcomes) << "nothing was written";
  EXPECT_EQ(outcomes.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(service_.requests(), SizeIs(1));
}

TEST_F(AwsAssetTableTest, ARefusalAfterAWriteIsAnErrorOfItsKeys) {
  service_.Then("{}").Refuse("AccessDeniedException");
  const auto outcomes = table_.Touch(keys_, "now");
  ASSERT_TRUE(outcomes);
  EXPECT_EQ((*outcomes)[0], TouchOutcome::kDone);
  EXPECT_EQ((*outcomes)[1].error().code, ErrorCode::kAccessDenied);
  EXPECT_EQ((*outcomes)[2].error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(service_.requests(), SizeIs(2));
}

TEST_F(AwsAssetTableTest, ALostReplyIsAnErrorWhoseFateIsUnknown) {
  service_.transport->Fail(TransportError::Kind::kReset, /*may_have_been_applied=*/true);
  service_.Refuse("ResourceNotFoundException");
  const auto outcomes = table_.Touch(keys_, "now");
  ASSERT_TRUE(outcomes) << "the first may have been written";
  EXPECT_EQ((*outcomes)[0].error().code, ErrorCode::kUnavailable);
}

TEST_F(AwsAssetTableTest, TouchesAreInFlightTogether) {
  AwsAssetTable table(service_.client, "assets", {.workers = 3});
  // No reply comes before all three are there.
  std::latch all_sent(3);
  service_.transport->Otherwise([&](const HttpRequest&) {
    all_sent.arrive_and_wait();
    return HttpReply{.status = 200, .body = "{}"};
  });
  const auto outcomes = table.Touch(keys_, "now");
  ASSERT_TRUE(outcomes);
  for (const auto& outcome : *outcomes) EXPECT_EQ(outcome, TouchOutcome::kDone);
}

TEST_F(AwsAssetTableTest, ClearIsBoundToTheAttribute) {
  service_.Then("{}").Refuse("ConditionalCheckFailedException").Then("{}");
  const auto removed = table_.Clear(std::span(keys_).first(2), ClearTouch::kRemove);
  ASSERT_TRUE(removed);
  EXPECT_EQ((*removed)[0], TouchOutcome::kDone);
  EXPECT_EQ((*removed)[1], TouchOutcome::kGone);
  ASSERT_TRUE(table_.Clear(std::span(keys_).first(1), ClearTouch::kSetNull));
  EXPECT_EQ(service_.requests()[0].body.view(),
            R"j({"UpdateExpression":"REMOVE #d","ConditionExpression":"attribute_exists(#d)",)j"
            R"("ExpressionAttributeNames":{"#d":"_os_reindex_date"},)"
            R"("TableName":"assets","Key":{"databaseId":{"S":"db"},"assetId":{"S":"a"}}})");
  EXPECT_EQ(service_.requests()[2].body.view(),
            R"j({"UpdateExpression":"SET #d = :v","ConditionExpression":"attribute_exists(#d)",)j"
            R"("ExpressionAttributeNames":{"#d":"_os_reindex_date"},"ExpressionAttributeValues":{":v":{"NULL":true}},)"
            R"("TableName":"assets","Key":{"databaseId":{"S":"db"},"assetId":{"S":"a"}}})");
}

TEST_F(AwsAssetTableTest, CountsByTheTablesDescription) {
  service_.Then(R"({"Table":{"ItemCount":1234567890123}})").Then(R"({"Table":{}})").Then("{}");
  EXPECT_EQ(table_.ApproximateCount()->value, 1234567890123u);
  EXPECT_EQ(table_.ApproximateCount().error().code, ErrorCode::kBadReply);
  EXPECT_EQ(table_.ApproximateCount().error().code, ErrorCode::kBadReply);
}

}  // namespace
}  // namespace vams::aws
