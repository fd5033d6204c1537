#include "backends/aws/events/aws_event_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/percent.h"
#include "base/text.h"
#include "testing/scripted_clients.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kTopic = "arn:aws:sns:eu-west-1:123456789012:files";

std::string Reply(const std::string& successful, const std::string& failed = {}) {
  return "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult><Failed>" +
         failed + "</Failed><Successful>" + successful +
         "</Successful></PublishBatchResult><ResponseMetadata><RequestId>R</RequestId></ResponseMetadata>"
         "</PublishBatchResponse>";
}
std::string Took(int id) { return "<member><Id>" + std::to_string(id) + "</Id><MessageId>m</MessageId></member>"; }
std::string Refused(int id, const std::string& code, bool sender_fault) {
  return "<member><Id>" + std::to_string(id) + "</Id><Code>" + code + "</Code><Message>why</Message><SenderFault>" +
         (sender_fault ? "true" : "false") + "</SenderFault></member>";
}

class AwsEventTopicTest : public testing::Test {
 protected:
  std::shared_ptr<ScriptedTransport> script_ = std::make_shared<ScriptedTransport>();
  AwsEventTopic topic_{ScriptedClients(script_, Service::kSns)};

  Result<std::vector<Status>> Publish(std::size_t count, const char* topic = kTopic) {
    return topic_.PublishBatch(topic, std::vector<TopicMessage>(count, {"subject", "body"}));
  }
};

TEST_F(AwsEventTopicTest, WhatIsSent) {
  script_->Then(200, Reply(Took(0) + Took(1)));
  const std::vector<TopicMessage> messages{{"S3 Notification - Reindex", R"({"k": "a+b&c=%20 ä"})"}, {"", "bare"}};
  const auto statuses = topic_.PublishBatch(kTopic, messages);
  ASSERT_TRUE(statuses) << statuses.error().message;
  EXPECT_TRUE(statuses->at(0));
  EXPECT_TRUE(statuses->at(1));
  ASSERT_THAT(script_->requests(), SizeIs(1));
  const HttpRequest request = script_->requests()[0];
  EXPECT_EQ(FormatUrl(request.url), "https://sns.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.method, Method::kPost);
  EXPECT_EQ(request.sign, (SigningScope{.region = "eu-west-1", .service = "sns"}));
  EXPECT_EQ(request.idempotency, Idempotency::kNo) << "a second copy is the caller's decision";
  EXPECT_EQ(request.headers.Get("content-type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(request.call.resource, kTopic);
  EXPECT_EQ(request.body.view(),
            "Action=PublishBatch&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Afiles"
            "&PublishBatchRequestEntries.member.1.Id=0"
            "&PublishBatchRequestEntries.member.1.Message=%7B%22k%22%3A%20%22a%2Bb%26c%3D%2520%20%C3%A4%22%7D"
            "&PublishBatchRequestEntries.member.1.Subject=S3%20Notification%20-%20Reindex"
            "&PublishBatchRequestEntries.member.2.Id=1&PublishBatchRequestEntries.member.2.Message=bare");
}

TEST_F(AwsEventTopicTest, EachTopicInItsOwnRegion) {
  script_->Otherwise([](const HttpRequest&) -> Sent { return HttpReply{.status = 200, .body = Reply(Took(0))}; });
  EXPECT_TRUE(Publish(1, "arn:aws:sns:us-east-1:1:a"));
  EXPECT_TRUE(Publish(1, "arn:aws:sns:ap-south-1:1:b"));
  const auto requests = script_->requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].url.host, "sns.us-east-1.amazonaws.com");
  EXPECT_EQ(requests[1].url.host, "sns.ap-south-1.amazonaws.com");
  EXPECT_EQ(requests[1].sign->region, "ap-south-1");
}

TEST_F(AwsEventTopicTest, PartialFailures) {
  script_->Then(200,
                Reply(Took(3) + Took(0), Refused(1, "InvalidParameter", true) + Refused(2, "InternalError", false) +
                                             Refused(4, "Odd", false) + Refused(5, "Throttled", true)),
                {{"x-amzn-requestid", "R9"}});
  const auto statuses = Publish(6);
  ASSERT_TRUE(statuses);
  ASSERT_THAT(*statuses, SizeIs(6));
  EXPECT_TRUE(statuses->at(0));
  EXPECT_TRUE(statuses->at(3));
  EXPECT_EQ(statuses->at(1).error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(statuses->at(1).error().retryable);
  EXPECT_EQ(statuses->at(1).error().request_id, "R9");
  EXPECT_EQ(statuses->at(1).error().operation, "sns:PublishBatch");
  EXPECT_EQ(statuses->at(2).error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(statuses->at(2).error().retryable);
  EXPECT_TRUE(statuses->at(4).error().retryable) << "an unknown word, but not the sender's fault";
  EXPECT_TRUE(statuses->at(5).error().retryable) << "a throttle passes whoever is at fault";
}

TEST_F(AwsEventTopicTest, WhatIsNotMentionedIsUnknown) {
  script_->Then(200, Reply(Took(0) + Took(7) + "<member><Id>x</Id></member>"));
  const auto statuses = Publish(2);
  ASSERT_TRUE(statuses);
  ASSERT_THAT(*statuses, SizeIs(2));
  EXPECT_TRUE(statuses->at(0));
  ASSERT_FALSE(statuses->at(1));
  EXPECT_TRUE(statuses->at(1).error().retryable);
  EXPECT_THAT(statuses->at(1).error().message, HasSubstr("does not mention"));
}

TEST_F(AwsEventTopicTest, MentionedAsBothHasFailed) {
  script_->Then(200, Reply(Took(0), Refused(0, "InternalError", false)));
  EXPECT_FALSE(Publish(1)->at(0));
}

TEST_F(AwsEventTopicTest, BadMessagesFailAloneAndIdsFitWhatIsSent) {
  script_->Then(200, Reply(Took(0), Refused(1, "InternalError", false)));
  const std::vector<TopicMessage> messages{{"s", ""},          {"s", "good"}, {"s", "\xFF"},
                                           {"s", "good, too"}, {"a\nb", "x"}, {std::string(100, 's'), "x"}};
  const auto statuses = topic_.PublishBatch(kTopic, messages);
  ASSERT_TRUE(statuses);
  ASSERT_THAT(*statuses, SizeIs(6));
  EXPECT_TRUE(statuses->at(1));
  EXPECT_EQ(statuses->at(3).error().code, ErrorCode::kUnavailable);
  for (const std::size_t bad : {0u, 2u, 4u, 5u}) EXPECT_EQ(statuses->at(bad).error().code, ErrorCode::kInvalid) << bad;
}

TEST_F(AwsEventTopicTest, NothingGoodNothingSent) {
  const auto statuses = topic_.PublishBatch(kTopic, std::vector<TopicMessage>(2, {"s", ""}));
  ASSERT_TRUE(statuses);
  EXPECT_THAT(*statuses, SizeIs(2));
  EXPECT_THAT(*topic_.PublishBatch(kTopic, {}), IsEmpty());
  EXPECT_THAT(script_->requests(), IsEmpty());
}

TEST_F(AwsEventTopicTest, TopicsThatAreNone) {
  for (const char* topic : {"", "files", "arn:aws:sqs:eu-west-1:1:queue", "arn:aws:sns::1:files",
                            "arn:aws:sns:evil.example.com/:1:files", "arn:aws:sns:eu-west-1:1:files:subscription"}) {
    const auto statuses = Publish(1, topic);
    ASSERT_FALSE(statuses) << topic;
    EXPECT_EQ(statuses.error().code, ErrorCode::kUsage) << topic;
  }
  const auto fifo = Publish(1, "arn:aws:sns:eu-west-1:1:files.fifo");
  EXPECT_EQ(fifo.error().code, ErrorCode::kUsage);
  EXPECT_THAT(fifo.error().message, HasSubstr("is a FIFO topic"));
  EXPECT_THAT(fifo.error().hint, HasSubstr("cannot go to FIFO topics"));
  EXPECT_THAT(script_->requests(), IsEmpty());
}

TEST_F(AwsEventTopicTest, Refusals) {
  const auto body = [](const std::string& code) {
    return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code +
           "</Code><Message>m</Message></Error><RequestId>R</RequestId></ErrorResponse>";
  };
  script_->Then(404, body("NotFound")).Then(403, body("AuthorizationError")).Then(200, body("InternalError"));
  EXPECT_EQ(Publish(1).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(Publish(1).error().hint,
              HasSubstr(R"("Action":"sns:Publish","Resource":"arn:aws:sns:eu-west-1:123456789012:files")"));
  const auto behind_a_200 = Publish(1);
  EXPECT_EQ(behind_a_200.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(behind_a_200.error().request_id, "R");
}

TEST_F(AwsEventTopicTest, NoReadableReplyLeavesAllUnknown) {
  const std::string whole = Reply(Took(0));
  for (const std::string& body :
       {std::string(), std::string("garbage"), std::string("<html/>"), whole.substr(0, whole.size() / 2),
        std::string("<PublishBatchResponse/>"), Reply("<member/>"),
        Reply("", "<member><Id>0</Id><Code>c</Code></member>"),
        Reply("", "<member><Id>0</Id><Code>c</Code><SenderFault>maybe</SenderFault></member>")}) {
    script_->Then(200, body);
    const auto statuses = Publish(1);
    ASSERT_FALSE(statuses) << body;
    EXPECT_EQ(statuses.error().code, ErrorCode::kBadReply) << body;
    EXPECT_TRUE(statuses.error().retryable) << body;
  }
  script_->Fail(TransportError::Kind::kReset, true);
  EXPECT_TRUE(Publish(1).error().retryable);
}

TEST_F(AwsEventTopicTest, LimitsAreOfTheWholeBatch) {
  EXPECT_EQ(Publish(11).error().code, ErrorCode::kTooLarge);
  std::vector<TopicMessage> messages(2, {"s", std::string(131071, 'x')});
  script_->Then(200, Reply(Took(0) + Took(1)));
  EXPECT_TRUE(topic_.PublishBatch(kTopic, messages));
  messages[0].body += "x";
  EXPECT_EQ(topic_.PublishBatch(kTopic, messages).error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(script_->requests(), SizeIs(1));
}

// What a server reads out of the form is what was put in.
TEST_F(AwsEventTopicTest, AnyTextArrives) {
  EXPECT_TRUE(rc::check([&] {
    std::string text;
    for (const auto& c : *rc::gen::nonEmpty(rc::gen::container<std::vector<char32_t>>(
             rc::gen::oneOf(rc::gen::inRange<char32_t>(0, 0x80), rc::gen::inRange<char32_t>(0x80, 0xD800),
                            rc::gen::element<char32_t>(' ', '+', '%', '&', '=', 0x10FFFF))))) {
      AppendUtf8(text, c);
    }
    script_->Then(200, Reply(Took(0)));
    const std::vector<TopicMessage> messages{{"", text}};
    RC_ASSERT(topic_.PublishBatch(kTopic, messages).value().at(0).has_value());
    const std::string form(script_->requests().back().body.view());
    const std::vector<std::string_view> fields = Split(form, '&');
    const std::string_view last = fields.back();
    RC_ASSERT(PercentDecode(last.substr(last.find('=') + 1), /*plus_is_space=*/true) == text);
    RC_ASSERT(fields.size() == 5u);
  }));
}

}  // namespace
}  // namespace vams::aws
