#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "backends/aws/tables/dynamo_batch_get.h"
#include "tests/unit/aws_world.h"

namespace vams::aws {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// {"databaseId": {"S": ...}, "assetId": {"S": ...}} for a key or an item
Json Entry(const std::string& database, const std::string& asset) {
  return Json{{"databaseId", {{"S", database}}}, {"assetId", {{"S", asset}}}};
}

std::string Reply(const Json& items, const Json& unprocessed = Json::array()) {
  Json reply;
  reply["Responses"]["assets"] = items;
  reply["UnprocessedKeys"] = Json::object();
  if (!unprocessed.empty()) reply["UnprocessedKeys"]["assets"]["Keys"] = unprocessed;
  return reply.dump();
}

class BatchGetTest : public testing::Test {
 protected:
  Result<std::vector<std::optional<Item>>> Get(const std::vector<ItemKey>& keys) { return BatchGetItems(table_, keys); }
  Json KeysOf(std::size_t request) const { return service_.body(request)["RequestItems"]["assets"]["Keys"]; }

  ScriptedService service_;
  DynamoTable table_{service_.client, "assets", {.workers = 1}};
};

TEST_F(BatchGetTest, AnswersEachKeyInItsPlaceAndAsksOnce) {
  service_.Then(Reply({Entry("db", "b"), Entry("db", "a")}));
  const auto items = Get({{"db", "b"}, {"db", "none"}, {"db", "a"}, {"db", "b"}});
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_THAT(*items, SizeIs(4));
  EXPECT_EQ(StringAttribute(*(*items)[0], "assetId"), "b");
  EXPECT_EQ((*items)[1], std::nullopt);
  EXPECT_EQ(StringAttribute(*(*items)[2], "assetId"), "a");
  EXPECT_EQ((*items)[3], (*items)[0]);
  EXPECT_EQ(service_.requests()[0].headers.Get("X-Amz-Target"), "DynamoDB_20120810.BatchGetItem");
  EXPECT_EQ(service_.requests()[0].body.view(),
            R"({"RequestItems":{"assets":{"Keys":[{"databaseId":{"S":"db"},"assetId":{"S":"a"}},)"
            R"({"databaseId":{"S":"db"},"assetId":{"S":"b"}},{"databaseId":{"S":"db"},"assetId":{"S":"none"}}],)"
            R"("ConsistentRead":true}}})");
}

TEST_F(BatchGetTest, NothingToAsk) {
  EXPECT_THAT(*Get({}), IsEmpty());
  const std::string long_id(1025, 'x');
  const auto items = Get({{"", "a"}, {"db", ""}, {"db", long_id}, {"db", "\xff"}});
  ASSERT_TRUE(items);
  EXPECT_THAT(*items, testing::ElementsAre(std::nullopt, std::nullopt, std::nullopt, std::nullopt));
  EXPECT_THAT(service_.requests(), IsEmpty());
}

TEST_F(BatchGetTest, AHundredKeysARequest) {
  std::vector<std::string> names;
  std::vector<ItemKey> keys;
  for (int i = 0; i < 250; ++i) names.push_back(fmt::format("asset-{:03}", i));
  for (const std::string& name : names) keys.push_back({"db", name});
  service_.transport->Otherwise([](const HttpRequest& request) {
    return HttpReply{.status = 200, .body = Reply(Json::parse(request.body.view())["RequestItems"]["assets"]["Keys"])};
  });
  const auto items = Get(keys);
  ASSERT_TRUE(items);
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(StringAttribute(*(*items)[i], "assetId"), names[i]);
  ASSERT_THAT(service_.requests(), SizeIs(3));
  EXPECT_THAT(KeysOf(0), SizeIs(100));
  EXPECT_THAT(KeysOf(2), SizeIs(50));
}

TEST_F(BatchGetTest, AsksUnprocessedKeysAgain) {
  service_.Then(Reply(Json::array({Entry("db", "a")}), {Entry("db", "b"), Entry("db", "c")}))
      .Then(Reply(Json::array({Entry("db", "c")}), Json::array({Entry("db", "b")})))
      .Then(Reply(Json::array({Entry("db", "b")})));
  const auto items = Get({{"db", "a"}, {"db", "b"}, {"db", "c"}});
  ASSERT_TRUE(items);
  for (const auto& item : *items) EXPECT_NE(item, std::nullopt);
  EXPECT_EQ(KeysOf(1), Json({Entry("db", "b"), Entry("db", "c")}));
  EXPECT_EQ(KeysOf(2), Json::array({Entry("db", "b")}));
}

TEST_F(BatchGetTest, KeysThatStayUnprocessedAreThrottledNotAbsent) {
  service_.transport->Otherwise([](const HttpRequest&) {
    return HttpReply{.status = 200, .body = Reply(Json::array({Entry("db", "a")}), Json::array({Entry("db", "b")}))};
  });
  const auto items = Get({{"db", "a"}, {"db", "b"}});
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().code, ErrorCode::kThrottled);
  EXPECT_TRUE(items.error().retryable);
  EXPECT_THAT(items.error().message, HasSubstr("table assets: 1 of 2 keys"));
  EXPECT_THAT(service_.requests(), SizeIs(10));
}

TEST_F(BatchGetTest, OneFailedRequestFailsTheCall) {
  std::vector<std::string> names;
  std::vector<ItemKey> keys;
  for (int i = 0; i < 150; ++i) names.push_back(fmt::format("asset-{:03}", i));
  for (const std::string& name : names) keys.push_back({"db", name});
  service_.Then(Reply(Json::array())).Refuse("ProvisionedThroughputExceededException");
  const auto items = Get(keys);
  ASSERT_FALSE(items) << "what could not be found out is not absent";
  EXPECT_EQ(items.error().code, ErrorCode::kThrottled);
  EXPECT_THAT(items.error().message, HasSubstr("table assets"));
}

TEST_F(BatchGetTest, TakesRepliesUnderTheTablesArn) {
  service_.Then(R"({"Responses":{"arn:aws:dynamodb:eu-west-1:1:table/assets":[
                  {"databaseId":{"S":"db"},"assetId":{"S":"a"}}]}})");
  const auto items = Get({{"db", "a"}});
  ASSERT_TRUE(items);
  EXPECT_NE((*items)[0], std::nullopt);
}

TEST_F(BatchGetTest, Garbage) {
  for (const std::string& body :
       {std::string("{"), std::string(R"({"Responses":[]})"), std::string(R"({"Responses":{"assets":{}}})"),
        std::string(R"({"Responses":{"assets":["x"]}})"), Reply(Json::array({Entry("db", "other")})),
        Reply(Json::array(), Json::array({Entry("db", "other")})), std::string(R"({"UnprocessedKeys":3})"),
        std::string(R"({"UnprocessedKeys":{"assets":[]}})"),
        std::string(R"({"UnprocessedKeys":{"assets":{"Keys":[7]}}})")}) {
    service_.Then(body);
    const auto items = Get({{"db", "a"}});
    ASSERT_FALSE(items) << body;
    EXPECT_EQ(items.error().code, ErrorCode::kBadReply) << body;
  }
}

TEST_F(BatchGetTest, EventualReadsWhereTheyWillDo) {
  const DynamoTable cheap(service_.client, "assets", {.consistent_reads = false});
  service_.Then(Reply(Json::array()));
  const std::vector<ItemKey> keys{{"db", "a"}};
  ASSERT_TRUE(BatchGetItems(cheap, keys));
  EXPECT_EQ(service_.body(0)["RequestItems"]["assets"]["ConsistentRead"], false);
}

}  // namespace
}  // namespace vams::aws
