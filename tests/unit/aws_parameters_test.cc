#include "backends/aws/aws_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/aws/aws_identity.h"
#include "tests/unit/aws_world.h"

namespace vams::aws {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class AwsParametersTest : public testing::Test {
 protected:
  ScriptedService ssm_{Service::kSsm, "ssm"};
  AwsParameters parameters_{ssm_.client, "123456789012"};
};

TEST_F(AwsParametersTest, AnswersInOrderWithWhatIsNotThere) {
  ssm_.Then(R"({"Parameters":[{"Name":"/aos/b","Type":"SecureString","Value":"2"},{"Name":"/aos/a","Value":""}],
               "InvalidParameters":["/aos/none"]})");
  const std::vector<std::string> names{"/aos/b", "/aos/none", "/aos/a", "/aos/b"};
  const auto values = parameters_.GetMany(names);
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_THAT(*values, ElementsAre("2", std::nullopt, "", "2"));
  const auto request = ssm_.requests()[0];
  EXPECT_EQ(request.headers.Get("X-Amz-Target"), "AmazonSSM.GetParameters");
  EXPECT_EQ(request.headers.Get("Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(request.body.view(), R"({"Names":["/aos/a","/aos/b","/aos/none"],"WithDecryption":true})");
  EXPECT_EQ(request.call.resource, "arn:aws:ssm:eu-west-1:123456789012:parameter/aos/*");
}

TEST_F(AwsParametersTest, TenNamesARequest) {
  std::vector<std::string> names;
  for (int i = 0; i < 23; ++i) names.push_back(fmt::format("p{:02}", i));
  ssm_.transport->Otherwise([](const HttpRequest& request) {
    Json reply{{"Parameters", Json::array()}, {"InvalidParameters", Json::array()}};
    const Json asked = Json::parse(request.body.view());
    for (const Json& name : asked["Names"]) {
      reply["Parameters"].push_back({{"Name", name}, {"Value", "of " + name.get<std::string>()}});
    }
    return HttpReply{.status = 200, .body = reply.dump()};
  });
  const auto values = parameters_.GetMany(names);
  ASSERT_TRUE(values);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ((*values)[i], "of " + names[i]);
  EXPECT_THAT(ssm_.requests(), SizeIs(3));
  EXPECT_TRUE(parameters_.GetMany({})->empty());
}

TEST_F(AwsParametersTest, NamesWithAVersionAndArns) {
  const std::string arn = "arn:aws:ssm:eu-west-1:1:parameter/x";
  ssm_.Then(R"({"Parameters":[{"Name":"/x","ARN":"arn:aws:ssm:eu-west-1:1:parameter/x","Value":"now"},
                              {"Name":"/x","Selector":":3","Value":"then"}]})");
  const std::vector<std::string> names{"/x:3", arn};
  const auto values = parameters_.GetMany(names);
  ASSERT_TRUE(values) << values.error().message;
  EXPECT_THAT(*values, ElementsAre("then", "now"));
}

TEST_F(AwsParametersTest, AnUnmentionedNameIsNotAbsent) {
  const std::vector<std::string> names{"/x"};
  for (const char* body : {R"({"Parameters":[],"InvalidParameters":[]})", R"({"Parameters":[]})", "{}", "[]",
                           R"({"Parameters":[{"Name":"/x"}]})", R"({"Parameters":[3]})"}) {
    ssm_.Then(body);
    const auto values = parameters_.GetMany(names);
    ASSERT_FALSE(values) << body;
    EXPECT_EQ(values.error().code, ErrorCode::kBadReply) << body;
  }
}

TEST_F(AwsParametersTest, ARefusalNamesTheParameter) {
  ssm_.Refuse("AccessDeniedException");
  const std::vector<std::string> names{"plain"};
  const auto values = parameters_.GetMany(names);
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(values.error().hint,
              AllOf(HasSubstr("ssm:GetParameters"), HasSubstr("arn:aws:ssm:eu-west-1:123456789012:parameter/plain")));
}

TEST(AwsIdentity, ReadsAccountAndArn) {
  ScriptedService sts(Service::kSts, "sts");
  sts.Then(R"(<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
    <Arn>arn:aws:sts::123456789012:assumed-role/migrator/x&amp;y</Arn><UserId>AROA:x</UserId>
    <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>)");
  const auto identity = GetCallerIdentity(*sts.client);
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->account, "123456789012");
  EXPECT_EQ(identity->arn, "arn:aws:sts::123456789012:assumed-role/migrator/x&y");
  const auto request = sts.requests()[0];
  EXPECT_EQ(request.body.view(), "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(request.headers.Get("Content-Type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(request.sign, (SigningScope{.region = "eu-west-1", .service = "sts"}));
}

TEST(AwsIdentity, GarbageAndRefusals) {
  ScriptedService sts(Service::kSts, "sts");
  for (const char* body : {"", "<html/>", "<GetCallerIdentityResponse/>", "{}"}) {
    sts.Then(body);
    const auto identity = GetCallerIdentity(*sts.client);
    ASSERT_FALSE(identity) << body;
    EXPECT_EQ(identity.error().code, ErrorCode::kBadReply) << body;
    EXPECT_EQ(identity.error().operation, "sts:GetCallerIdentity");
  }
  sts.transport->Then(403,
                      "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>m</Message></Error></ErrorResponse>");
  EXPECT_EQ(GetCallerIdentity(*sts.client).error().code, ErrorCode::kExpired);
}

}  // namespace
}  // namespace vams::aws
