#include "indexers/direct_call.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

std::string AssetProblem(const char* text) {
  const auto request = ReadAssetCall(Json::parse(text));
  return request ? "" : request.error().message;
}

TEST(DirectCall, ReadsTextFromNumbersAndBooleans) {
  const auto request =
      ReadAssetCall(Json::parse(R"({"databaseId":1.5,"assetId":true,"operation":7,"isArchived":"on","more":[]})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->key.database_id, "1.5");
  EXPECT_EQ(request->key.asset_id, "True");
  EXPECT_EQ(request->operation, "7");
  EXPECT_TRUE(request->archived);
}

TEST(DirectCall, NamesEveryFieldThatIsMissingOrWrong) {
  EXPECT_EQ(AssetProblem("{}"), "databaseId is missing; assetId is missing; operation is missing");
  EXPECT_EQ(AssetProblem(R"({"databaseId":[],"assetId":null,"operation":"index"})"),
            "databaseId must be text; assetId must be text");
  EXPECT_EQ(AssetProblem(R"({"databaseId":"d","assetId":"a","operation":"index","isArchived":null})"),
            "isArchived must be a boolean");
  EXPECT_NE(AssetProblem("[]"), "");
}

TEST(DirectCall, FieldsThatDoNotMatterStillHaveTypes) {
  const auto file = [](const char* field) {
    Json event = Json::parse(
        R"({"databaseId":"d","assetId":"a","filePath":"/p","bucketName":"b","s3Key":"k","operation":"index"})");
    event.update(Json::parse(field));
    return ReadFileCall(event).has_value();
  };
  for (const char* good : {R"({"fileSize":" 1_0 "})", R"({"fileSize":1.5})", R"({"fileSize":null})",
                           R"({"metadata":{}})", R"({"etag":5})", R"({"other":[]})"}) {
    EXPECT_TRUE(file(good)) << good;
  }
  for (const char* bad : {R"({"fileSize":"1.5"})", R"({"fileSize":"1__0"})", R"({"fileSize":[]})",
                          R"({"metadata":"x"})", R"({"etag":[]})"}) {
    EXPECT_FALSE(file(bad)) << bad;
  }
}

TEST(DirectCall, ShapesOfEvents) {
  EXPECT_EQ(ShapeOf(Json::parse(R"({"Records":1})")), EventShape::kRecords);
  EXPECT_EQ(ShapeOf(Json::parse("{}")), EventShape::kDirect);
  EXPECT_EQ(ShapeOf(Json::parse("[]")), EventShape::kDirect);
  EXPECT_EQ(ShapeOf(Json::parse(R"(["Records"])")), EventShape::kBroken);
  EXPECT_EQ(ShapeOf(Json::parse(R"("my Records")")), EventShape::kBroken);
  EXPECT_EQ(ShapeOf(Json::parse("null")), EventShape::kBroken);
}

}  // namespace
}  // namespace vams
