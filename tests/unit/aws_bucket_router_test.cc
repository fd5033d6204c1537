#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "backends/aws/objects/bucket_router.h"
#include "testing/scripted_clients.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class BucketRouterTest : public testing::Test {
 protected:
  std::shared_ptr<ScriptedTransport> script_ = std::make_shared<ScriptedTransport>();
  BucketRouter router_{"us-east-1", ScriptedClients(script_, Service::kS3), S3Addressing::kAuto};

  Result<BucketReply> Get(std::string_view bucket = "bucket") {
    return router_.Send({.method = Method::kGet, .operation = "ListObjectsV2", .bucket = bucket});
  }
  Result<BucketReply> Head() {
    return router_.Send({.method = Method::kHead, .operation = "HeadObject", .bucket = "bucket", .key = "k"});
  }
  std::vector<std::string> Sent() const {
    std::vector<std::string> lines;
    for (const HttpRequest& request : script_->requests()) {
      lines.push_back(std::string(MethodName(request.method)) + " " + request.url.host + request.url.path + " " +
                      request.sign->region);
    }
    return lines;
  }
};

Headers RegionIs(const std::string& region) { return {{"x-amz-bucket-region", region}}; }

TEST_F(BucketRouterTest, FollowsOnceAndRemembers) {
  script_->Then(301, "<Error><Code>PermanentRedirect</Code></Error>", RegionIs("eu-west-1")).Then(200).Then(200);
  EXPECT_EQ(Get()->reply.status, 200);
  EXPECT_EQ(Get()->reply.status, 200);
  EXPECT_THAT(Sent(), ElementsAre("GET bucket.s3.us-east-1.amazonaws.com/ us-east-1",
                                  "GET bucket.s3.eu-west-1.amazonaws.com/ eu-west-1",
                                  "GET bucket.s3.eu-west-1.amazonaws.com/ eu-west-1"));
}

TEST_F(BucketRouterTest, EveryFormOfARedirect) {
  for (const int status : {301, 302, 307, 308}) {
    script_->Then(status, {}, RegionIs("eu-west-1")).Then(200);
    EXPECT_EQ(Get("bucket-" + std::to_string(status))->reply.status, 200) << status;
  }
  script_->Then(400,
                "<Error><Code>AuthorizationHeaderMalformed</Code><Message>expecting 'eu-west-1'</Message>"
                "<Region>eu-west-1</Region></Error>");
  script_->Then(200);
  EXPECT_EQ(Get("by-body")->reply.status, 200);
  script_->Then(400, {}, RegionIs("eu-west-1")).Then(200);  // what a HEAD of another region gets
  EXPECT_EQ(Head()->reply.status, 200);
}

TEST_F(BucketRouterTest, AsksWhereTheReplyDoesNotSay) {
  script_->Then(301, "<Error><Code>PermanentRedirect</Code></Error>");
  script_->Then(403, {}, RegionIs("ap-south-1"));  // refused, and still it names the region
  script_->Then(404);
  EXPECT_EQ(Get()->reply.status, 404);
  EXPECT_THAT(Sent(), ElementsAre("GET bucket.s3.us-east-1.amazonaws.com/ us-east-1",
                                  "HEAD bucket.s3.us-east-1.amazonaws.com/ us-east-1",
                                  "GET bucket.s3.ap-south-1.amazonaws.com/ ap-south-1"));
}

TEST_F(BucketRouterTest, ABareRefusalOfAHeadMayBeTheRegion) {
  script_->Then(400).Then(301, {}, RegionIs("ap-south-1")).Then(200);
  EXPECT_EQ(Head()->reply.status, 200);
  EXPECT_THAT(script_->requests(), SizeIs(3));
}

TEST_F(BucketRouterTest, ABareRefusalWhereTheBucketLiesIsNone) {
  script_->Then(400).Then(400, {}, RegionIs("us-east-1"));
  auto answer = Head();
  ASSERT_TRUE(answer);
  EXPECT_EQ(ErrorOf(*answer).code, ErrorCode::kExpired);
  script_->Then(400, {}, RegionIs("us-east-1"));
  answer = Head();
  ASSERT_TRUE(answer);
  EXPECT_EQ(ErrorOf(*answer).code, ErrorCode::kExpired);
  EXPECT_THAT(script_->requests(), SizeIs(3));
}

TEST_F(BucketRouterTest, NeverFollowsTwice) {
  script_->Otherwise([](const HttpRequest& request) -> vams::Sent {
    return HttpReply{.status = 301,
                     .headers = RegionIs(request.sign->region == "us-east-1" ? "eu-west-1" : "us-east-1"),
                     .body = "<Error><Code>PermanentRedirect</Code></Error>"};
  });
  for (std::size_t calls = 1; calls <= 2; ++calls) {
    const auto answer = Get();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->reply.status, 301);
    EXPECT_EQ(ErrorOf(*answer).code, ErrorCode::kInvalid);
    EXPECT_THAT(script_->requests(), SizeIs(2 * calls)) << "and nothing is kept";
  }
}

TEST_F(BucketRouterTest, WhatIsNoRegionLeadsNowhere) {
  for (const char* region : {"", "evil.example.com/", "us-east-1"}) {
    script_->Then(301, "<Error><Code>PermanentRedirect</Code></Error>", RegionIs(region));
    script_->Otherwise([](const HttpRequest&) -> vams::Sent { return HttpReply{.status = 301}; });
    EXPECT_EQ(Get()->reply.status, 301) << region;
  }
  for (const HttpRequest& request : script_->requests()) {
    EXPECT_EQ(request.url.host, "bucket.s3.us-east-1.amazonaws.com");
  }
}

TEST_F(BucketRouterTest, ABucketThatMoved) {
  script_->Then(301, {}, RegionIs("eu-west-1")).Then(200);
  script_->Then(301, {}, RegionIs("us-east-1")).Then(200).Then(200);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get()->reply.status, 200);
  EXPECT_EQ(Sent().back(), "GET bucket.s3.us-east-1.amazonaws.com/ us-east-1");
}

TEST_F(BucketRouterTest, ARefusalIsPassedOn) {
  script_->Then(403, "<Error><Code>AccessDenied</Code></Error>", RegionIs("eu-west-1"));
  EXPECT_EQ(Get()->reply.status, 403);
  script_->Fail(TransportError::Kind::kResolve);
  EXPECT_EQ(Get().error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(script_->requests(), SizeIs(2));
}

TEST(BucketRouter, AClientThatCannotBeMade) {
  std::atomic<int> made{0};
  BucketRouter router(
      "us-east-1",
      [&](const std::string&) -> Result<std::shared_ptr<const AwsClient>> {
        ++made;
        return Fail(ErrorCode::kUsage, "no endpoint");
      },
      S3Addressing::kAuto);
  for (int i = 0; i < 2; ++i) {
    const auto answer = router.Send({.operation = "ListObjectsV2", .bucket = "bucket"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "no endpoint");
  }
  EXPECT_EQ(made, 2) << "a failure is not kept";
}

TEST(BucketRouter, ThePartitionOfTheRegion) {
  const auto script = std::make_shared<ScriptedTransport>();
  script->Then(200);
  BucketRouter router("cn-north-1", ScriptedClients(script, Service::kS3), S3Addressing::kPath);
  EXPECT_EQ(router.Send({.operation = "HeadObject", .bucket = "bucket", .key = "k"})->call.resource,
            "arn:aws-cn:s3:::bucket/k");
}

}  // namespace
}  // namespace vams::aws
