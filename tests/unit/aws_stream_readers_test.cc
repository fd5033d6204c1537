#include "backends/aws/streams/aws_stream_readers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "tests/unit/aws_world.h"

namespace vams::aws {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kTable =
    R"({"Table":{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},"LatestStreamArn":"arn:s"}})";

std::string Mapping(const std::string& function, const std::string& state = "Enabled",
                    const std::string& result = "OK") {
  return R"({"FunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:)" + function + R"(","State":")" + state +
         R"(","EventSourceArn":"arn:s","LastProcessingResult":")" + result + R"("})";
}

std::string Points(const std::string& members) {
  return "<GetMetricStatisticsResponse><GetMetricStatisticsResult><Datapoints>" + members +
         "</Datapoints></GetMetricStatisticsResult></GetMetricStatisticsResponse>";
}

class AwsStreamReadersTest : public testing::Test {
 protected:
  FakeClock clock_;
  ScriptedService dynamodb_;
  ScriptedService lambda_{Service::kLambda, "lambda"};
  ScriptedService cloudwatch_{Service::kCloudWatch, "monitoring"};
  AwsStreamReaders readers_{{dynamodb_.client, lambda_.client, cloudwatch_.client}, {"assets"}, clock_};
};

TEST_F(AwsStreamReadersTest, ListsTheFunctionsOfTheStream) {
  dynamodb_.Then(kTable);
  lambda_.Then(R"({"EventSourceMappings":[)" + Mapping("indexer:live") + R"(],"NextMarker":"m"})")
      .Then(R"({"EventSourceMappings":[)" + Mapping("other", "Disabled", "PROBLEM: x") + "]}");
  cloudwatch_
      .Then(Points("<member><Timestamp>2025-06-01T10:00:00Z</Timestamp><Maximum>9000000</Maximum></member>"
                   "<member><Timestamp>2025-06-01T10:05:00Z</Timestamp><Maximum>600000</Maximum></member>"
                   "<member><Timestamp>2025-06-01T09:55:00Z</Timestamp><Maximum>1</Maximum></member>"))
      .Then(Points(""));
  const auto found = readers_.Of("assets");
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_THAT(*found, SizeIs(2));
  const StreamReader& first = (*found)[0];
  EXPECT_EQ(first.function, "indexer") << "without its alias, by which no metric is kept alone";
  EXPECT_EQ(first.table, "assets");
  EXPECT_TRUE(first.reads);
  EXPECT_EQ(first.last_result, "OK");
  ASSERT_TRUE(first.behind);
  EXPECT_EQ(*first.behind, minutes(10)) << "the newest value counts";
  const StreamReader& second = (*found)[1];
  EXPECT_EQ(second.function, "other");
  EXPECT_FALSE(second.reads);
  EXPECT_EQ(second.last_result, "PROBLEM: x");
  ASSERT_TRUE(second.behind);
  EXPECT_EQ(*second.behind, std::nullopt);

  ASSERT_THAT(lambda_.requests(), SizeIs(2));
  EXPECT_EQ(lambda_.requests()[0].url.path, "/2015-03-31/event-source-mappings");
  using Query = decltype(Url::query);
  EXPECT_EQ(lambda_.requests()[0].url.query, (Query{{"EventSourceArn", "arn:s"}}));
  EXPECT_EQ(lambda_.requests()[1].url.query, (Query{{"EventSourceArn", "arn:s"}, {"Marker", "m"}}));
}

TEST_F(AwsStreamReadersTest, AsksForTheAgeOfTheLastHour) {
  clock_.Advance(std::chrono::hours(12));
  dynamodb_.Then(kTable);
  lambda_.Then(R"({"EventSourceMappings":[)" + Mapping("my indexer") + "]}");
  cloudwatch_.Then(Points(""));
  ASSERT_TRUE(readers_.Of("assets"));
  ASSERT_THAT(cloudwatch_.requests(), SizeIs(1));
  const HttpRequest request = cloudwatch_.requests()[0];
  EXPECT_EQ(request.body.view(),
            "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FLambda&MetricName=IteratorAge"
            "&Dimensions.member.1.Name=FunctionName&Dimensions.member.1.Value=my%20indexer"
            "&StartTime=2025-06-01T11%3A00%3A00Z&EndTime=2025-06-01T12%3A00%3A00Z&Period=300"
            "&Statistics.member.1=Maximum");
  EXPECT_EQ(request.sign->service, "monitoring");
}

TEST_F(AwsStreamReadersTest, ARefusalNamesThePermission) {
  dynamodb_.Then(kTable);
  lambda_.Refuse("AccessDeniedException", 403);
  const auto found = readers_.Of("assets");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(found.error().hint, HasSubstr("lambda:ListEventSourceMappings"));
}

TEST_F(AwsStreamReadersTest, WithoutTheMetricTheListIsTold) {
  dynamodb_.Then(kTable);
  lambda_.Then(R"({"EventSourceMappings":[)" + Mapping("indexer") + "]}");
  cloudwatch_.transport->Then(
      403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>");
  const auto found = readers_.Of("assets");
  ASSERT_TRUE(found);
  ASSERT_THAT(*found, SizeIs(1));
  const auto& behind = (*found)[0].behind;
  ASSERT_FALSE(behind);
  EXPECT_EQ(behind.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(behind.error().hint, HasSubstr("cloudwatch:GetMetricStatistics"));
}

TEST_F(AwsStreamReadersTest, ATableWithoutAStreamHasNoReaders) {
  dynamodb_.Then(R"({"Table":{}})");
  const auto found = readers_.Of("assets");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(lambda_.requests(), IsEmpty());
}

TEST_F(AwsStreamReadersTest, RepliesThatCannotBeRead) {
  for (const char* body : {"[]", "{}", R"({"EventSourceMappings":{}})", R"({"EventSourceMappings":[1]})"}) {
    dynamodb_.Then(kTable);
    lambda_.Then(body);
    const auto found = readers_.Of("assets");
    ASSERT_FALSE(found) << body;
    EXPECT_EQ(found.error().code, ErrorCode::kBadReply) << body;
  }
  dynamodb_.Then(kTable);
  lambda_.Then(R"({"EventSourceMappings":[)" + Mapping("indexer") + "]}");
  cloudwatch_.Then("<html/>");
  const auto found = readers_.Of("assets");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[0].behind.error().code, ErrorCode::kBadReply);
}

}  // namespace
}  // namespace vams::aws
