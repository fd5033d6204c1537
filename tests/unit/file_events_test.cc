#include "indexers/file_events.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;
using Kind = QueueContent::Kind;

std::string Rule(const char* text) {
  const auto read = ReadObjectRecord(Json::parse(text));
  const auto* verdict = std::get_if<Verdict>(&read);
  return verdict == nullptr ? "" : verdict->decision.rule;
}

Kind KindOf(const char* text) {
  std::vector<Json> holder;
  return UnwrapQueueRecord(Json::parse(text), holder).kind;
}

TEST(FileEvents, ReadsAnObjectRecord) {
  const auto read =
      ReadObjectRecord(Json::parse(R"({"eventName":"x:Delete","s3":{"bucket":{"name":"b"},"object":{"key":"a+b"}}})"));
  const auto& notice = std::get<ObjectNotice>(read);
  EXPECT_EQ(notice.object.key, "a b");
  EXPECT_TRUE(notice.removal);
  EXPECT_FALSE(notice.unreadable_name);
}

TEST(FileEvents, RecordsThatNameNoObject) {
  EXPECT_EQ(Rule("{}"), "no-object");
  EXPECT_EQ(Rule(R"({"s3":null})"), "bad-record");
  EXPECT_EQ(Rule(R"({"s3":{"bucket":null,"object":{"key":"k"}}})"), "bad-record");
  EXPECT_EQ(Rule(R"({"s3":{"bucket":{"name":"b"},"object":{"key":""}}})"), "no-object");
  EXPECT_EQ(Rule(R"({"s3":{"bucket":{"name":"b"},"object":{"key":5}}})"), "bad-record");
}

TEST(FileEvents, UnwrapsQueueRecordsAsPythonWalksThem) {
  EXPECT_EQ(KindOf(R"({})"), Kind::kNoJson);
  EXPECT_EQ(KindOf(R"({"body":"{"})"), Kind::kNoJson);
  EXPECT_EQ(KindOf("{\"body\":\"\xEF\xBB\xBF{}\"}"), Kind::kNoJson) << "Python refuses a byte order mark";
  EXPECT_EQ(KindOf(R"({"body":null})"), Kind::kBroken);
  EXPECT_EQ(KindOf(R"({"body":"[]"})"), Kind::kBroken);
  EXPECT_EQ(KindOf(R"({"body":{}})"), Kind::kRecords);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":"5"}})"), Kind::kBroken);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":"\"the Records\""}})"), Kind::kBroken);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":"\"text\""}})"), Kind::kRecords);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":["Records"]}})"), Kind::kBroken);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":{"Records":null}}})"), Kind::kBroken);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":{"Records":{}}}})"), Kind::kRecords);
  EXPECT_EQ(KindOf(R"({"body":{"Type":"Notification","Message":{"Records":{"a":1}}}})"), Kind::kBroken);
}

TEST(FileEvents, GivesTheRecordsOfANotification) {
  std::vector<Json> holder;
  const Json record = Json::parse(R"({"body":"{\"Type\":\"Notification\",\"Message\":\"{\\\"Records\\\":[1,2]}\"}"})");
  const QueueContent content = UnwrapQueueRecord(record, holder);
  ASSERT_NE(content.records, nullptr);
  EXPECT_EQ(content.records->size(), 2u);
}

}  // namespace
}  // namespace vams
