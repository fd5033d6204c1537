#include "indexers/queue_body.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/sample_vams.h"

namespace vams {
namespace {

TEST(QueueBody, ReadsAnEventAsItIs) {
  const QueueBody body = ReadQueueBody(S3Event("a+b%2Bc/%C3%A9.glb", "ObjectRemoved:Delete"));
  ASSERT_EQ(body.notices.size(), 1u);
  EXPECT_EQ(body.notices[0].object.bucket, kBucket);
  EXPECT_EQ(body.notices[0].object.key, "a b+c/é.glb");
  EXPECT_TRUE(body.notices[0].removal);
  EXPECT_EQ(body.problem, "");
}

TEST(QueueBody, ReadsAnEventInsideANotification) {
  const nlohmann::json envelope{{"Type", "Notification"}, {"Message", S3Event("x.y")}, {"Records", 5}};
  const QueueBody body = ReadQueueBody(envelope.dump());
  ASSERT_EQ(body.notices.size(), 1u);
  EXPECT_EQ(body.notices[0].object.key, "x.y");
  EXPECT_FALSE(body.notices[0].removal);
}

TEST(QueueBody, LooksForNamesInTheirPlacesOnly) {
  const QueueBody body = ReadQueueBody(
      R"({"key":"no","name":"no","Records":[{"key":"no","eventSource":"aws:s3","requestParameters":{"key":"no","s3":{}},
          "s3":{"name":"no","object":{"key":"yes.x","owner":{"key":"no"}},"bucket":{"ownerIdentity":{"name":"no"},"name":"b"}}},
          {"eventSource":"aws:other","s3":{"bucket":{"name":"b"},"object":{"key":"other.x"}}}]})");
  ASSERT_EQ(body.notices.size(), 1u);
  EXPECT_EQ(body.notices[0].object.bucket, "b");
  EXPECT_EQ(body.notices[0].object.key, "yes.x");
}

TEST(QueueBody, ATestEventAsksForNothing) {
  for (const char* text : {R"({"Service":"Amazon S3","Event":"s3:TestEvent"})", "{}", R"({"Records":[]})",
                           R"({"Type":"Notification","Message":""})",
                           R"({"Type":"Notification","Message":"{\"Event\":\"s3:TestEvent\"}"})"}) {
    const QueueBody body = ReadQueueBody(text);
    EXPECT_TRUE(body.notices.empty()) << text;
    EXPECT_EQ(body.problem, "") << text;
  }
}

TEST(QueueBody, WhatCannotBeReadIsAProblem) {
  for (const char* text : {"", "{", "nope", "[]", "5", "null", R"({"Records":[{"eventSource":"aws:s3"}]})",
                           R"({"Records":[{"eventSource":"aws:s3","s3":{"bucket":{"name":"b"},"object":{"key":7}}}]})",
                           R"({"Type":"Notification","Message":"nope"})", R"({"Type":"Notification","Message":"[]"})",
                           "{\"Records\":[]} x"}) {
    EXPECT_NE(ReadQueueBody(text).problem, "") << text;
  }
}

TEST(QueueBody, AProblemDoesNotHideTheOtherRecords) {
  const QueueBody body = ReadQueueBody(
      R"({"Records":[{"eventSource":"aws:s3"},{"eventSource":"aws:s3","s3":{"bucket":{"name":"b"},"object":{"key":"x.y"}}}]})");
  EXPECT_EQ(body.notices.size(), 1u);
  EXPECT_NE(body.problem, "");
}

}  // namespace
}  // namespace vams
