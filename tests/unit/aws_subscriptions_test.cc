#include "backends/aws/events/aws_subscriptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/scripted_clients.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kTopic = "arn:aws:sns:eu-west-1:1:files";

std::string Member(const std::string& protocol, const std::string& endpoint,
                   const std::string& arn = "arn:aws:sns:eu-west-1:1:files:id") {
  return "<member><TopicArn>" + std::string(kTopic) + "</TopicArn><Protocol>" + protocol + "</Protocol><Endpoint>" +
         endpoint + "</Endpoint><SubscriptionArn>" + arn + "</SubscriptionArn><Owner>1</Owner></member>";
}
std::string Page(const std::string& members, const std::string& token = {}) {
  return "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult>" +
         (token.empty() ? std::string() : "<NextToken>" + token + "</NextToken>") + "<Subscriptions>" + members +
         "</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>";
}

class AwsSubscriptionsTest : public testing::Test {
 protected:
  std::shared_ptr<ScriptedTransport> script_ = std::make_shared<ScriptedTransport>();
  AwsSubscriptions subscriptions_{ScriptedClients(script_, Service::kSns)};
};

TEST_F(AwsSubscriptionsTest, QueuesOfAllPages) {
  script_->Then(200, Page(Member("sqs", "arn:q1") + Member("lambda", "arn:f") + Member("email", ""), "t+1"));
  script_->Then(200, Page("", "t2"));
  script_->Then(200, Page(Member("sqs", "arn:q2", "PendingConfirmation") + Member("sqs", "arn:q3")));
  const auto queues = subscriptions_.QueuesOf(kTopic);
  ASSERT_TRUE(queues) << queues.error().message;
  EXPECT_THAT(*queues, ElementsAre("arn:q1", "arn:q3"));
  const auto requests = script_->requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[0].body.view(),
            "Action=ListSubscriptionsByTopic&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3Afiles");
  EXPECT_THAT(std::string(requests[1].body.view()), HasSubstr("&NextToken=t%2B1"));
  EXPECT_EQ(requests[0].url.host, "sns.eu-west-1.amazonaws.com");
}

TEST_F(AwsSubscriptionsTest, None) {
  script_->Then(200, Page(""));
  EXPECT_THAT(*subscriptions_.QueuesOf(kTopic), IsEmpty());
}

TEST_F(AwsSubscriptionsTest, PagesWithoutEnd) {
  script_->Otherwise([pages = std::make_shared<int>(0)](const HttpRequest&) -> Sent {
    return HttpReply{.status = 200, .body = Page("", ++*pages < 10 ? "t" + std::to_string(*pages % 2) : "")};
  });
  EXPECT_EQ(subscriptions_.QueuesOf(kTopic).error().code, ErrorCode::kBadReply);
  EXPECT_THAT(script_->requests(), SizeIs(3));
}

TEST_F(AwsSubscriptionsTest, Errors) {
  EXPECT_EQ(subscriptions_.QueuesOf("files").error().code, ErrorCode::kUsage);
  script_->Then(403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>");
  EXPECT_THAT(subscriptions_.QueuesOf(kTopic).error().hint,
              HasSubstr(R"("Action":"sns:ListSubscriptionsByTopic","Resource":"arn:aws:sns:eu-west-1:1:files")"));
  script_->Then(404, "<ErrorResponse><Error><Code>NotFound</Code></Error></ErrorResponse>");
  EXPECT_EQ(subscriptions_.QueuesOf(kTopic).error().code, ErrorCode::kNotFound);
  for (const std::string& body :
       {std::string("<html/>"), std::string(), Page("<member/>"), std::string("<ListSubscriptionsByTopicResponse/>")}) {
    script_->Then(200, body);
    EXPECT_EQ(subscriptions_.QueuesOf(kTopic).error().code, ErrorCode::kBadReply) << body;
  }
}

}  // namespace
}  // namespace vams::aws
