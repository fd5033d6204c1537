#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/aws/objects/s3_notification.h"

namespace vams::aws {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string Configuration(const std::string& inside) {
  return "<NotificationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + inside +
         "</NotificationConfiguration>";
}

TEST(S3Notification, TopicsWithEventsAndFilters) {
  const auto read = ReadNotifications(Configuration(
      "<TopicConfiguration><Id>1</Id><Topic>arn:t1</Topic><Event>s3:ObjectCreated:*</Event></TopicConfiguration>"
      "<TopicConfiguration><Id>2</Id><Topic>arn:t2</Topic><Event>s3:ObjectRemoved:*</Event>"
      "<Event>s3:ObjectCreated:Put</Event><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>a/</Value></FilterRule>"
      "<FilterRule><Name>suffix</Name><Value>.glb</Value></FilterRule></S3Key></Filter></TopicConfiguration>"
      "<QueueConfiguration><Queue>arn:q</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>"
      "<CloudFunctionConfiguration><CloudFunction>arn:f</CloudFunction><Event>s3:ObjectCreated:*</Event>"
      "</CloudFunctionConfiguration><EventBridgeConfiguration/>"));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_THAT(*read, SizeIs(2));
  EXPECT_EQ(read->at(0).topic, "arn:t1");
  EXPECT_EQ(read->at(0).prefix, "");
  EXPECT_TRUE(read->at(0).OfCreated());
  EXPECT_THAT(read->at(1).events, ElementsAre("s3:ObjectRemoved:*", "s3:ObjectCreated:Put"));
  EXPECT_EQ(read->at(1).prefix, "a/");
  EXPECT_EQ(read->at(1).suffix, ".glb");
  EXPECT_TRUE(read->at(1).OfCreated());
}

TEST(S3Notification, WhatCountsAsCreated) {
  const auto of = [](std::string event) {
    return TopicNotification{.topic = "t", .events = {std::move(event)}, .prefix = "", .suffix = ""}.OfCreated();
  };
  for (const char* event : {"s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:ObjectCreated:Post",
                            "s3:ObjectCreated:Copy", "s3:ObjectCreated:CompleteMultipartUpload"}) {
    EXPECT_TRUE(of(event)) << event;
  }
  for (const char* event :
       {"s3:ObjectRemoved:*", "s3:ObjectRestore:Completed", "s3:ObjectTagging:*", "", "s3:TestEvent"}) {
    EXPECT_FALSE(of(event)) << event;
  }
}

TEST(S3Notification, NoConfiguration) {
  EXPECT_THAT(*ReadNotifications("<NotificationConfiguration/>"), IsEmpty());
  EXPECT_THAT(*ReadNotifications(Configuration("")), IsEmpty());
}

TEST(S3Notification, RefusesHalfAConfiguration) {
  for (const std::string& body :
       {std::string(), std::string("<Error><Code>X</Code></Error>"), Configuration("<TopicConfiguration/>"),
        Configuration("<TopicConfiguration><Topic/></TopicConfiguration>"),
        Configuration("<TopicConfiguration><Topic>t</Topic><Filter><S3Key><FilterRule><Name>infix</Name></FilterRule>"
                      "</S3Key></Filter></TopicConfiguration>"),
        Configuration("<TopicConfiguration><Topic>t</Topic>")}) {
    const auto read = ReadNotifications(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ErrorCode::kBadReply);
  }
}

}  // namespace
}  // namespace vams::aws
