#include "backends/aws/events/aws_event_backlog.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/scripted_clients.h"

namespace vams::aws {
namespace {

constexpr const char* kTopic = "arn:aws:sns:eu-west-1:111122223333:files";

std::string Subscriptions(const std::string& queue) {
  return "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member><TopicArn>x"
         "</TopicArn><Protocol>sqs</Protocol><Endpoint>" +
         queue +
         "</Endpoint><SubscriptionArn>arn:aws:sns:eu-west-1:111122223333:files:1</SubscriptionArn></member>"
         "</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>";
}

class AwsEventBacklogTest : public testing::Test {
 protected:
  FakeClock clock_;
  std::shared_ptr<ScriptedTransport> sns_ = std::make_shared<ScriptedTransport>();
  std::shared_ptr<ScriptedTransport> sqs_ = std::make_shared<ScriptedTransport>();
  AwsEventBacklog backlog_{ScriptedClients(sns_, Service::kSns), ScriptedClients(sqs_, Service::kSqs), "eu-west-1",
                           clock_};
};

TEST_F(AwsEventBacklogTest, WaitingAndInFlightOfTheQueueBehindTheTopic) {
  sns_->Then(200, Subscriptions("arn:aws:sqs:eu-west-1:111122223333:files"));
  sqs_->Then(200, R"({"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/files"})");
  for (int i = 0; i < 2; ++i) {
    sqs_->Then(
        200, R"({"Attributes": {"ApproximateNumberOfMessages": "40", "ApproximateNumberOfMessagesNotVisible": "2"}})");
  }
  EXPECT_EQ(backlog_.Behind(kTopic).value(), ItemCount{42});
  EXPECT_EQ(backlog_.Behind(kTopic).value(), ItemCount{42});
  EXPECT_EQ(sns_->requests().size(), 1u) << "subscriptions are asked for once";
}

TEST_F(AwsEventBacklogTest, NobodyTellsWhereThereIsNoQueue) {
  sns_->Then(200,
             "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions/>"
             "</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>");
  EXPECT_EQ(backlog_.Behind(kTopic).value(), std::nullopt);
}

TEST_F(AwsEventBacklogTest, ARefusalIsAskedForOnce) {
  sns_->Then(403,
             "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message></Error>"
             "</ErrorResponse>");
  EXPECT_EQ(backlog_.Behind(kTopic).value(), std::nullopt);
  EXPECT_EQ(backlog_.Behind(kTopic).value(), std::nullopt);
  EXPECT_EQ(sns_->requests().size(), 1u);
}

TEST_F(AwsEventBacklogTest, AFaultIsAnErrorAndTriedAgain) {
  sns_->Then(503, "");
  EXPECT_FALSE(backlog_.Behind(kTopic));
  sns_->Then(200,
             "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions/>"
             "</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>");
  EXPECT_TRUE(backlog_.Behind(kTopic));
}

}  // namespace
}  // namespace vams::aws
