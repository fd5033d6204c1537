#include "events/reindex_event.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams {
namespace {

EventFacts Facts(std::string_view key) {
  return {.region = "eu-west-1",
          .bucket = "vams-bucket-one",
          .key = key,
          .size = Bytes{12},
          .last_modified = *ParseIso("2025-03-04T05:06:07Z"),
          .etag = "f94c84fac5cb091c60bb143cb957d229",
          .version_id = std::nullopt};
}

// The values of docs/reference/vams-behaviour.md, section 7, but for time and sequencer.
TEST(ReindexEvent, HasTheUtilitysShape) {
  const TopicMessage message = BuildReindexEvent(Facts("asset-one/model.glb"), KeyEncoding::kMinimal);
  EXPECT_EQ(message.subject, "S3 Notification - Reindex");
  const auto want = nlohmann::json::parse(R"({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3",
    "awsRegion": "eu-west-1", "eventTime": "2025-03-04T05:06:07.000Z", "eventName": "ObjectCreated:Put",
    "userIdentity": {"principalId": "VAMS-REINDEX-UTILITY"}, "requestParameters": {"sourceIPAddress": "127.0.0.1"},
    "responseElements": {"x-amz-request-id": "REINDEX", "x-amz-id-2": "REINDEX"},
    "s3": {"s3SchemaVersion": "1.0", "configurationId": "vams-reindex",
      "bucket": {"name": "vams-bucket-one", "ownerIdentity": {"principalId": "VAMS"},
                 "arn": "arn:aws:s3:::vams-bucket-one"},
      "object": {"key": "asset-one/model.glb", "size": 12, "eTag": "f94c84fac5cb091c60bb143cb957d229",
                 "sequencer": "0067C68A3F00000000"}}}]})");
  EXPECT_EQ(nlohmann::json::parse(message.body), want);
}

RC_GTEST_PROP(ReindexEvent, IsNoLongerThanWasSaid, (const std::string& key, const std::string& etag)) {
  EventFacts facts = Facts(key);
  facts.etag = etag;
  facts.version_id = etag;
  for (const KeyEncoding encoding : {KeyEncoding::kMinimal, KeyEncoding::kS3, KeyEncoding::kRaw}) {
    const TopicMessage message = BuildReindexEvent(facts, encoding);
    RC_ASSERT(message.subject.size() + message.body.size() <= MostBytesOfReindexEvent(facts).value);
  }
}

TEST(ReindexEvent, WritesEachCharacterAsJsonWhereverItStands) {
  for (std::size_t length = 1; length <= 17; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int c = 1; c < 0x80; ++c) {
        std::string key(length, 'k');
        key[at] = static_cast<char>(c);
        const TopicMessage message = BuildReindexEvent(Facts(key), KeyEncoding::kRaw);
        ASSERT_TRUE(message.body.contains("\"object\":{\"key\":" + nlohmann::json(key).dump() + ",")) << message.body;
      }
    }
  }
}

RC_GTEST_PROP(ReindexEvent, IsJsonWhateverTheKey, (const std::string& key)) {
  const auto body = nlohmann::json::parse(BuildReindexEvent(Facts(key), KeyEncoding::kRaw).body, nullptr, false);
  RC_ASSERT(!body.is_discarded());
  if (IsUtf8(key)) RC_ASSERT(body["Records"][0]["s3"]["object"]["key"] == key);
}

TEST(ReindexEvent, LeavesNothingOfAnEarlierMessage) {
  TopicMessage message = BuildReindexEvent(Facts(std::string(900, 'k')), KeyEncoding::kMinimal);
  WriteReindexEvent(Facts("a/b.glb"), KeyEncoding::kMinimal, message);
  EXPECT_EQ(message.body, BuildReindexEvent(Facts("a/b.glb"), KeyEncoding::kMinimal).body);
}

TEST(ReindexEvent, CarriesTheVersionWhereKnown) {
  EventFacts facts = Facts("a/b.glb");
  facts.version_id = "null";
  const auto body = nlohmann::json::parse(BuildReindexEvent(facts, KeyEncoding::kMinimal).body);
  EXPECT_EQ(body["Records"][0]["s3"]["object"]["versionId"], "null");
}

TEST(ReindexEvent, EncodesKeysInThreeWays) {
  const std::string key = "a b/100%+\xC3\xA4.glb";
  EXPECT_EQ(EncodeEventKey(key, KeyEncoding::kMinimal), "a b/100%25%2B\xC3\xA4.glb");
  EXPECT_EQ(EncodeEventKey(key, KeyEncoding::kS3), "a+b/100%25%2B%C3%A4.glb");
  EXPECT_EQ(EncodeEventKey(key, KeyEncoding::kRaw), key);
}

std::string FormDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.push_back(' ');
    } else if (text[i] == '%') {
      out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

RC_GTEST_PROP(ReindexEvent, ADecodingConsumerReadsTheKeyBack, (const std::vector<std::uint8_t>& bytes)) {
  const std::string key(bytes.begin(), bytes.end());
  RC_ASSERT(FormDecoded(EncodeEventKey(key, KeyEncoding::kMinimal)) == key);
  RC_ASSERT(FormDecoded(EncodeEventKey(key, KeyEncoding::kS3)) == key);
}

TEST(ReindexEvent, KeepsControlCharactersAndQuotesInKeys) {
  const std::string key = "a\"b\\c\n\x01.glb";
  const auto body = nlohmann::json::parse(BuildReindexEvent(Facts(key), KeyEncoding::kMinimal).body);
  EXPECT_EQ(body["Records"][0]["s3"]["object"]["key"], key);
}

}  // namespace
}  // namespace vams
