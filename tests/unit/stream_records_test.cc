#include "indexers/stream_records.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

const auto kUpstream = Compatibility::kUpstream;
const auto kRepaired = Compatibility::kRepaired;

// "db/asset operation" for each request, or the verdict's rule.
std::string Told(const AssetNotice& notice) {
  if (const auto* verdict = std::get_if<Verdict>(&notice)) return verdict->decision.rule;
  std::string text;
  for (const AssetRequest& request : std::get<std::vector<AssetRequest>>(notice)) {
    text += request.key.database_id + "/" + request.key.asset_id + " " + request.operation + ";";
  }
  return text;
}

std::string OfMetadataKey(const std::string& key, Compatibility compatibility) {
  ChangeRecord record;
  record.table = ChangedTable::kMetadata;
  record.new_image.emplace();
  record.new_image->Set("databaseId", "db");
  record.new_image->Set("assetId", key);
  const auto image = RecordImage::Of(record, compatibility);
  return Told(ReadMetadataRecordForAssets(std::get<RecordImage>(image), compatibility));
}

std::string OfJson(const char* text, Compatibility compatibility = kUpstream) {
  const Json record = Json::parse(text);
  const auto image = RecordImage::Of(record, compatibility);
  if (const auto* verdict = std::get_if<Verdict>(&image)) return verdict->decision.rule;
  return Told(ReadAssetRecord(std::get<RecordImage>(image)));
}

TEST(StreamRecords, MetadataKeysOfAssets) {
  for (const auto compatibility : {kUpstream, kRepaired}) {
    EXPECT_EQ(OfMetadataKey("a", compatibility), "db/a index;");
    EXPECT_EQ(OfMetadataKey("a#/", compatibility), "db/a index;");
    EXPECT_EQ(OfMetadataKey("a#", compatibility), "db/a index;");
    EXPECT_EQ(OfMetadataKey("a#/x", compatibility), "file-metadata");
    EXPECT_EQ(OfMetadataKey("a#b#c", compatibility), "file-metadata") << "the first hash splits";
  }
  EXPECT_EQ(OfMetadataKey("a/", kUpstream), "db/a/ index;") << "whose check fails";
  EXPECT_EQ(OfMetadataKey("/a/x.y", kUpstream), "db//a/x.y index;");
  EXPECT_EQ(OfMetadataKey("a/", kRepaired), "db/a index;");
  EXPECT_EQ(OfMetadataKey("/a/", kRepaired), "db/a index;");
  for (const char* file : {"/a/x.y", "a/x.y", "/a", "/", "//", "a//"}) {
    EXPECT_EQ(OfMetadataKey(file, kRepaired), "file-metadata") << file;
  }
}

TEST(StreamRecords, ARemovalReadsTheOldImage) {
  constexpr const char* kRemove =
      R"({"eventName":"REMOVE","dynamodb":{"Keys":{"databaseId":{"S":"d"},"assetId":{"S":"k"}},
      "NewImage":{"databaseId":{"S":"d"},"assetId":{"S":"n"}},
      "OldImage":{"databaseId":{"S":"d"},"assetId":{"S":"o"}}}})";
  EXPECT_EQ(OfJson(kRemove), "d/o delete;");
  constexpr const char* kKeysOnly =
      R"({"eventName":"REMOVE","dynamodb":{"Keys":{"databaseId":{"S":"d"},"assetId":{"S":"k"}}}})";
  EXPECT_EQ(OfJson(kKeysOnly), "no-image");
  EXPECT_EQ(OfJson(kKeysOnly, kRepaired), "d/k delete;");
}

TEST(StreamRecords, FormsThatBreakPythonAreErrorsAndEmptyOnesAreSkipped) {
  EXPECT_EQ(OfJson(R"({})"), "no-image");
  EXPECT_EQ(OfJson(R"({"dynamodb":null})"), "bad-record");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":null}})"), "no-image");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":[]}})"), "no-image");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":[1]}})"), "bad-record");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":{"x":1}}})"), "no-ids");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":{"databaseId":null,"assetId":{"S":"a"}}}})"), "bad-record");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":{"databaseId":{"N":"1"},"assetId":{"S":"a"}}}})"), "no-ids");
  EXPECT_EQ(OfJson(R"({"dynamodb":{"NewImage":{"databaseId":{"S":7},"assetId":{"S":true}}}})"), "7/True index;")
      << "a model makes text of numbers and booleans";
}

TEST(StreamRecords, LinksNameBothEnds) {
  ChangeRecord record;
  record.table = ChangedTable::kLinks;
  record.new_image.emplace();
  record.new_image->Set("fromAssetDatabaseId:fromAssetId", "d:a:b");
  const auto told = [&] {
    const auto image = RecordImage::Of(record, kUpstream);
    return Told(ReadLinkRecord(std::get<RecordImage>(image)));
  };
  EXPECT_EQ(told(), "no-ids");
  record.new_image->Set("toAssetDatabaseId:toAssetId", "e:c");
  EXPECT_EQ(told(), "d/a:b index;e/c index;") << "the first colon splits";
  record.new_image->Set("toAssetDatabaseId:toAssetId", "ec");
  EXPECT_EQ(told(), "bad-record");
}

}  // namespace
}  // namespace vams
