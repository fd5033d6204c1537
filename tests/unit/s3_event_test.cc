#include "backends/embedded/s3_event.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams::embedded {
namespace {

TEST(S3Event, EncodesKeysAsFormsAndKeepsSlashes) {
  EXPECT_EQ(EncodeEventKey("a/b c+d%e.glb"), "a/b+c%2Bd%25e.glb");
  EXPECT_EQ(EncodeEventKey("\xC3\xA4\x01"), "%C3%A4%01");
  EXPECT_EQ(EncodeEventKey("A-z_0.9*~"), "A-z_0.9*%7E");
}

TEST(S3Event, HasTheFieldsOfS3) {
  StoredObject object;
  object.bucket = "bucket";
  object.key = "asset/a b.glb";
  object.size = 12;
  object.etag = "abc";
  object.version_id = "v1";
  const auto event = nlohmann::json::parse(S3EventBody(object, true, *ParseIso("2025-06-01T00:00:00.5Z"), 255));
  const auto& record = event.at("Records").at(0);
  EXPECT_EQ(record.at("eventSource"), "aws:s3");
  EXPECT_EQ(record.at("eventName"), "ObjectCreated:Put");
  EXPECT_EQ(record.at("eventTime"), "2025-06-01T00:00:00.500Z");
  EXPECT_EQ(record.at("s3").at("bucket").at("name"), "bucket");
  EXPECT_EQ(record.at("s3").at("bucket").at("arn"), "arn:aws:s3:::bucket");
  const auto& described = record.at("s3").at("object");
  EXPECT_EQ(described.at("key"), "asset/a+b.glb");
  EXPECT_EQ(described.at("size"), 12);
  EXPECT_EQ(described.at("eTag"), "abc");
  EXPECT_EQ(described.at("versionId"), "v1");
  EXPECT_EQ(described.at("sequencer"), "00000000000000FF");
}

TEST(S3Event, TellsAMarkerFromARemoval) {
  StoredObject object;
  object.bucket = "bucket";
  object.key = "key";
  object.delete_marker = true;
  const auto name = [&](bool versioned) {
    return nlohmann::json::parse(S3EventBody(object, versioned, {}, 0)).at("Records").at(0).at("eventName");
  };
  EXPECT_EQ(name(true), "ObjectRemoved:DeleteMarkerCreated");
  EXPECT_EQ(name(false), "ObjectRemoved:Delete");
}

}  // namespace
}  // namespace vams::embedded
