#include "backends/aws/events/aws_event_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "testing/fake_clock.h"
#include "testing/scripted_clients.h"
#include "testing/temp_dir.h"

namespace vams::aws {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/files";
constexpr const char* kArn = "arn:aws:sqs:eu-west-1:123456789012:files";

std::string Message(const std::string& id, const std::string& count = "1") {
  return R"({"MessageId":")" + id + R"(","ReceiptHandle":"r-)" + id + R"(","MD5OfBody":"x","Body":"b-)" + id +
         R"(","Attributes":{"ApproximateReceiveCount":")" + count + R"("}})";
}

class AwsEventQueueTest : public testing::Test {
 protected:
  AwsEventQueueTest() { queue_ = Open(kUrl).value(); }

  Result<std::unique_ptr<AwsEventQueue>> Open(const std::string& name, bool with_directory = true) {
    const SqsOptions options{.parked_directory = with_directory ? temp_.path() / "parked" : ""};
    return AwsEventQueue::Open(ScriptedClients(script_, Service::kSqs), "us-east-1", name, options, clock_);
  }
  nlohmann::ordered_json LastBody() {
    return nlohmann::ordered_json::parse(std::string(script_->requests().back().body.view()));
  }
  std::string Parked() const {
    std::ostringstream text;
    text << std::ifstream(temp_.path() / "parked" / "parked-files.ndjson").rdbuf();
    return text.str();
  }
  static QueueMessage Poison() { return {.id = "m1", .receipt = "r1", .body = "{\n\"bad\"", .receive_count = 3}; }

  TempDir temp_;
  FakeClock clock_;
  std::shared_ptr<ScriptedTransport> script_ = std::make_shared<ScriptedTransport>();
  std::unique_ptr<AwsEventQueue> queue_;
};

TEST_F(AwsEventQueueTest, Receives) {
  script_->Then(200, R"({"Messages":[)" + Message("1") + "," + Message("2", "7") + "]}");
  const auto messages = queue_->Receive(ItemCount{50}, milliseconds(29500));
  ASSERT_TRUE(messages) << messages.error().message;
  ASSERT_THAT(*messages, SizeIs(2));
  EXPECT_EQ(messages->at(0).id, "1");
  EXPECT_EQ(messages->at(0).receipt, "r-1");
  EXPECT_EQ(messages->at(0).body, "b-1");
  EXPECT_EQ(messages->at(1).receive_count, 7u);
  const HttpRequest request = script_->requests().back();
  EXPECT_EQ(FormatUrl(request.url), "https://sqs.eu-west-1.amazonaws.com/");
  EXPECT_EQ(request.headers.Get("x-amz-target"), "AmazonSQS.ReceiveMessage");
  EXPECT_EQ(request.headers.Get("content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(request.call.resource, kArn);
  EXPECT_EQ(LastBody().dump(), R"({"QueueUrl":")" + std::string(kUrl) +
                                   R"(","MaxNumberOfMessages":10,"VisibilityTimeout":30,"WaitTimeSeconds":0,)"
                                   R"("AttributeNames":["ApproximateReceiveCount"]})");
}

TEST_F(AwsEventQueueTest, ReceivesNothing) {
  script_->Then(200, "{}").Then(200, R"({"Messages":[]})").Then(200, R"({"Messages":null})");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(*queue_->Receive(ItemCount{3}, seconds(1)), IsEmpty());
  EXPECT_EQ(LastBody()["MaxNumberOfMessages"], 3);
}

TEST_F(AwsEventQueueTest, RefusesWhatSqsCannot) {
  EXPECT_EQ(queue_->Receive(ItemCount{0}, seconds(1)).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(queue_->Receive(ItemCount{1}, seconds(-1)).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(queue_->Receive(ItemCount{1}, hours(13)).error().code, ErrorCode::kInvalid);
  EXPECT_THAT(script_->requests(), IsEmpty());
}

TEST_F(AwsEventQueueTest, UnreadableMessages) {
  for (const char* body : {"", "[]", R"({"Messages":{}})", R"({"Messages":[1]})", R"({"Messages":[{}]})",
                           R"({"Messages":[{"MessageId":"1","ReceiptHandle":"r","Body":"b"}]})",
                           R"({"Messages":[{"MessageId":"1","ReceiptHandle":"r","Body":"b","Attributes":[]}]})",
                           R"({"Messages":[{"MessageId":"1","ReceiptHandle":"r","Body":"b",
                               "Attributes":{"ApproximateReceiveCount":"many"}}]})"}) {
    script_->Then(200, body);
    EXPECT_EQ(queue_->Receive(ItemCount{1}, seconds(1)).error().code, ErrorCode::kBadReply) << body;
  }
}

TEST_F(AwsEventQueueTest, DeletesTenAtATime) {
  script_->Otherwise([](const HttpRequest& request) -> Sent {
    const auto body = nlohmann::json::parse(std::string(request.body.view()));
    nlohmann::json reply{{"Successful", nlohmann::json::array()}};
    for (const auto& entry : body["Entries"]) reply["Successful"].push_back({{"Id", entry["Id"]}});
    return HttpReply{.status = 200, .body = reply.dump()};
  });
  std::vector<std::string> receipts;
  for (int i = 0; i < 23; ++i) receipts.push_back("r" + std::to_string(i));
  const auto statuses = queue_->Delete(receipts);
  ASSERT_TRUE(statuses);
  EXPECT_THAT(*statuses, SizeIs(23));
  for (const Status& status : *statuses) EXPECT_TRUE(status);
  EXPECT_THAT(script_->requests(), SizeIs(3));
  EXPECT_EQ(LastBody().dump(), R"({"QueueUrl":")" + std::string(kUrl) +
                                   R"(","Entries":[{"Id":"0","ReceiptHandle":"r20"},{"Id":"1","ReceiptHandle":"r21"},)"
                                   R"({"Id":"2","ReceiptHandle":"r22"}]})");
  EXPECT_THAT(*queue_->Delete({}), IsEmpty());
  EXPECT_THAT(script_->requests(), SizeIs(3));
}

TEST_F(AwsEventQueueTest, PartialFailuresOfADelete) {
  script_->Then(200, R"({"Successful":[{"Id":"0"}],"Failed":[
      {"Id":"1","Code":"ReceiptHandleIsInvalid","Message":"m","SenderFault":true},
      {"Id":"2","Code":"InternalError","Message":"m","SenderFault":false},
      {"Id":"3","Code":"InvalidParameterValue","Message":"Reason: The receipt handle has expired.","SenderFault":true}
      ]})");
  const std::vector<std::string> receipts(5, "r");
  const auto statuses = queue_->Delete(receipts);
  ASSERT_TRUE(statuses);
  ASSERT_THAT(*statuses, SizeIs(5));
  EXPECT_TRUE(statuses->at(0));
  EXPECT_FALSE(statuses->at(1).error().retryable);
  EXPECT_TRUE(statuses->at(2).error().retryable);
  EXPECT_TRUE(statuses->at(3)) << "void, so there is nothing to remove";
  EXPECT_TRUE(statuses->at(4).error().retryable) << "not mentioned";
}

TEST_F(AwsEventQueueTest, OneRequestOfADeleteFails) {
  script_->Then(500, R"({"__type":"InternalError"})").Then(200, R"({"Successful":[{"Id":"0"}]})");
  const std::vector<std::string> receipts(11, "r");
  const auto statuses = queue_->Delete(receipts);
  ASSERT_TRUE(statuses);
  ASSERT_THAT(*statuses, SizeIs(11));
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(statuses->at(i).error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(statuses->at(10));
  script_->Then(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist"})");
  script_->Then(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist"})");
  EXPECT_EQ(queue_->Delete(receipts).error().code, ErrorCode::kNotFound) << "none could be told";
}

TEST_F(AwsEventQueueTest, ParksOnDiskBeforeItDeletes) {
  std::string on_disk;
  script_->Otherwise([&](const HttpRequest&) -> Sent {
    on_disk = Parked();
    return HttpReply{.status = 200, .body = R"({"Successful":[{"Id":"0"}]})"};
  });
  const Status parked = queue_->Park(Poison(), "no JSON");
  EXPECT_TRUE(parked) << parked.error().message;
  const std::string line =
      R"({"id":"m1","body":"{\n\"bad\"","reason":"no JSON","time":")" + FormatIsoMillis(clock_.Now()) + "\"}\n";
  EXPECT_EQ(on_disk, line);
  EXPECT_EQ(LastBody()["Entries"][0]["ReceiptHandle"], "r1");
  EXPECT_TRUE(queue_->Park(Poison(), "no JSON"));
  EXPECT_EQ(Parked(), line + line) << "a delivery that came again";
}

TEST_F(AwsEventQueueTest, WhatCannotBeWrittenIsNotDeleted) {
  std::filesystem::create_directories(temp_.path() / "parked" / "parked-files.ndjson");
  EXPECT_FALSE(queue_->Park(Poison(), "no JSON"));
  EXPECT_EQ(Open(kUrl, false).value()->Park(Poison(), "no JSON").error().code, ErrorCode::kUsage);
  QueueMessage bytes = Poison();
  bytes.body = "\xFF";
  EXPECT_FALSE(queue_->Park(bytes, "no UTF-8"));
  EXPECT_THAT(script_->requests(), IsEmpty());
}

TEST_F(AwsEventQueueTest, AFailedDeleteOfAParkedMessageIsTold) {
  script_->Then(200, R"({"Failed":[{"Id":"0","Code":"InternalError","SenderFault":false}]})");
  EXPECT_TRUE(queue_->Park(Poison(), "no JSON").error().retryable);
  EXPECT_THAT(Parked(), HasSubstr("no JSON"));
}

TEST_F(AwsEventQueueTest, Depth) {
  script_->Then(200,
                R"({"Attributes":{"ApproximateNumberOfMessages":"12","ApproximateNumberOfMessagesNotVisible":"3"}})");
  const auto depth = queue_->ApproximateDepth();
  ASSERT_TRUE(depth) << depth.error().message;
  EXPECT_EQ(depth->visible, 12u);
  EXPECT_EQ(depth->in_flight, 3u);
  script_->Then(200, "{}").Then(200, R"({"Attributes":{"ApproximateNumberOfMessages":"12"}})");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(queue_->ApproximateDepth().error().code, ErrorCode::kBadReply);
  script_->Then(403, R"({"__type":"AccessDeniedException","message":"no"})");
  EXPECT_THAT(queue_->ApproximateDepth().error().hint, AllOf(HasSubstr("sqs:GetQueueAttributes"), HasSubstr(kArn)));
}

TEST_F(AwsEventQueueTest, OpensByArn) {
  script_->Then(200, R"({"QueueUrl":"https://sqs.ap-south-1.amazonaws.com/42/q"})").Then(200, "{}");
  const auto queue = Open("arn:aws:sqs:ap-south-1:42:q");
  ASSERT_TRUE(queue) << queue.error().message;
  EXPECT_EQ(LastBody().dump(), R"({"QueueName":"q","QueueOwnerAWSAccountId":"42"})");
  EXPECT_TRUE((*queue)->Receive(ItemCount{1}, seconds(1)));
  EXPECT_EQ(LastBody()["QueueUrl"], "https://sqs.ap-south-1.amazonaws.com/42/q");
  EXPECT_EQ(script_->requests().back().url.host, "sqs.ap-south-1.amazonaws.com");
  EXPECT_EQ(script_->requests().back().sign->region, "ap-south-1");
}

TEST_F(AwsEventQueueTest, CannotBeOpened) {
  script_->Then(400, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist"})").Then(200, "{}");
  EXPECT_EQ(Open("arn:aws:sqs:ap-south-1:42:q").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Open("arn:aws:sqs:ap-south-1:42:q").error().code, ErrorCode::kBadReply);
  for (const char* name : {"", "q", "arn:aws:sns:eu-west-1:1:q", "https://sqs.eu-west-1.amazonaws.com/",
                           "https://user:password@example.com/1/q"}) {
    const auto queue = Open(name);
    ASSERT_FALSE(queue) << name;
    EXPECT_EQ(queue.error().code, ErrorCode::kUsage) << name;
    EXPECT_THAT(queue.error().message, testing::Not(HasSubstr("password@"))) << "no secret in a message";
  }
}

TEST_F(AwsEventQueueTest, TheRegionOfAUrl) {
  struct Case {
    const char* url;
    const char* region;
  };
  for (const auto& [url, region] : {Case{"https://sqs.eu-west-1.amazonaws.com/1/q", "eu-west-1"},
                                    Case{"https://eu-west-2.queue.amazonaws.com/1/q", "eu-west-2"},
                                    Case{"https://queue.amazonaws.com/1/q", "us-east-1"},
                                    Case{"https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"},
                                    Case{"https://vpce-1.sqs.us-west-2.vpce.amazonaws.com/1/q", "us-west-2"},
                                    Case{"http://127.0.0.1:4566/000000000000/q", "us-east-1"}}) {
    script_->Then(200, "{}");
    EXPECT_TRUE(Open(url).value()->Receive(ItemCount{1}, seconds(1))) << url;
    EXPECT_EQ(script_->requests().back().sign->region, region) << url;
  }
}

}  // namespace
}  // namespace vams::aws
