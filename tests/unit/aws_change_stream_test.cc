#include "backends/aws/streams/aws_change_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/temp_dir.h"
#include "tests/unit/aws_fake_streams.h"

namespace vams::aws {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AwsChangeStreamTest : public testing::Test {
 protected:
  std::unique_ptr<AwsChangeStream> Open() {
    return std::make_unique<AwsChangeStream>(
        fake_.dynamodb.client, fake_.streams.client,
        StreamTableNames{.assets = "assets", .metadata = "metadata", .links = "links"},
        ChangeStreamOptions{.state_directory = state_.path(),
                            .on_gap = [this](const std::string& shard) { gaps_.push_back(shard); }},
        clock_, DynamoOptions{});
  }
  ChangePage Read(AwsChangeStream& stream, const std::optional<Cursor>& from, std::uint64_t limit = 100) {
    auto page = stream.Read(kShard, from, ItemCount{limit});
    EXPECT_TRUE(page) << page.error().message;
    return page ? std::move(*page) : ChangePage{};
  }
  static std::vector<std::string> Names(const ChangePage& page) {
    std::vector<std::string> names;
    for (const ChangeRecord& record : page.records) names.emplace_back(StringAttribute(record.keys, "assetId"));
    return names;
  }

  static constexpr const char* kShard = "assets/s1";
  FakeStreams fake_;
  FakeClock clock_;
  TempDir state_;
  std::vector<std::string> gaps_;
};

TEST_F(AwsChangeStreamTest, ShardsOfTheThreeTables) {
  fake_.shards["assets"] = {{"s1", {}}};
  fake_.shards["metadata"] = {{"s1", {}}};
  fake_.shards["links"] = {{"s9", {}}};
  auto stream = Open();
  const auto shards = stream->Shards();
  ASSERT_TRUE(shards) << shards.error().message;
  EXPECT_THAT(*shards, ElementsAre("assets/s1", "metadata/s1", "links/s9"));
  EXPECT_EQ(fake_.dynamodb.requests()[0].headers.Get("X-Amz-Target"), "DynamoDB_20120810.DescribeTable");
  const auto request = fake_.streams.requests()[0];
  EXPECT_EQ(request.headers.Get("X-Amz-Target"), "DynamoDBStreams_20120810.DescribeStream");
  EXPECT_EQ(request.body.view(), R"({"StreamArn":")" + FakeStreams::ArnOf("assets") + R"("})");
  EXPECT_EQ(request.call.resource, FakeStreams::ArnOf("assets"));
}

TEST_F(AwsChangeStreamTest, DescribesInPages) {
  fake_.streams.Then(R"({"StreamDescription":{"Shards":[{"ShardId":"a"}],"LastEvaluatedShardId":"a"}})")
      .Then(R"({"StreamDescription":{"Shards":[{"ShardId":"b"}]}})");
  EXPECT_THAT(*Open()->Shards(), ElementsAre("assets/a", "assets/b"));
  EXPECT_EQ(fake_.streams.body(1)["ExclusiveStartShardId"], "a");
}

TEST_F(AwsChangeStreamTest, AListThatDoesNotEndIsABadReply) {
  const std::string same = R"({"StreamDescription":{"Shards":[{"ShardId":"a"}],"LastEvaluatedShardId":"a"}})";
  fake_.streams.Then(same).Then(same);
  EXPECT_EQ(Open()->Shards().error().code, ErrorCode::kBadReply);
}

TEST_F(AwsChangeStreamTest, AChildIsThereOnceItsParentIsRead) {
  // By the list's own order the children come first.
  fake_.shards["assets"] = {{"s1", {.sequences = {"1"}, .closed = true}},
                            {"a-child", {.parent = "s1", .sequences = {"2"}}},
                            {"b-grandchild", {.parent = "a-child"}},
                            {"orphan", {.parent = "no longer kept"}}};
  auto stream = Open();
  EXPECT_THAT(*stream->Shards(), ElementsAre("assets/s1", "assets/orphan"));
  const ChangePage last = Read(*stream, std::nullopt);
  EXPECT_THAT(Names(last), ElementsAre("1"));
  ASSERT_TRUE(last.next) << "there is a position to confirm behind the last record";
  EXPECT_THAT(*stream->Shards(), ElementsAre("assets/s1", "assets/orphan")) << "the end was not seen yet";
  const ChangePage end = Read(*stream, last.next);
  EXPECT_THAT(end.records, IsEmpty());
  EXPECT_EQ(end.next, std::nullopt);
  EXPECT_THAT(*stream->Shards(), ElementsAre("assets/s1", "assets/a-child", "assets/orphan"));
}

TEST_F(AwsChangeStreamTest, ShardsThatAreEachOthersParentsDoNotHang) {
  fake_.shards["assets"] = {{"a", {.parent = "b"}}, {"b", {.parent = "a"}}};
  EXPECT_THAT(*Open()->Shards(), IsEmpty());
}

TEST_F(AwsChangeStreamTest, TheListIsKeptForAWhile) {
  fake_.shards["assets"] = {{"s1", {}}};
  auto stream = Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(stream->Shards());
  EXPECT_EQ(fake_.Count("DescribeStream"), 3u) << "one a table";
  clock_.Advance(std::chrono::seconds(11));
  Read(*stream, std::nullopt);
  EXPECT_EQ(fake_.Count("DescribeStream"), 3u) << "a known shard is read without a fresh list";
  fake_.shards["assets"]["s2"] = {};
  EXPECT_THAT(*stream->Shards(), ElementsAre("assets/s1", "assets/s2"));
  EXPECT_EQ(fake_.Count("DescribeStream"), 6u);
}

TEST_F(AwsChangeStreamTest, AFinishedShardWithoutChildrenIsAReasonToLookAgain) {
  fake_.shards["assets"] = {{"s1", {.closed = true}}};
  auto stream = Open();
  EXPECT_EQ(Read(*stream, std::nullopt).next, std::nullopt);
  fake_.shards["assets"]["s2"] = {.parent = "s1"};
  EXPECT_THAT(*stream->Shards(), ElementsAre("assets/s1", "assets/s2"));
}

TEST_F(AwsChangeStreamTest, ReadsOnWithOneRequestAPage) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"8", "9", "10"}}}};
  auto stream = Open();
  const ChangePage first = Read(*stream, std::nullopt, 2);
  EXPECT_THAT(Names(first), ElementsAre("8", "9"));
  EXPECT_LT(first.records[0].sequence, first.records[1].sequence);
  const ChangePage second = Read(*stream, first.next, 2000);
  EXPECT_THAT(Names(second), ElementsAre("10"));
  EXPECT_LT(first.records[1].sequence, second.records[0].sequence) << "as texts, too";
  EXPECT_EQ(fake_.Count("GetShardIterator"), 1u);
  EXPECT_EQ(fake_.Count("GetRecords"), 2u);

  const auto requests = fake_.streams.requests();
  EXPECT_EQ(requests[3].body.view(), R"({"StreamArn":")" + FakeStreams::ArnOf("assets") +
                                         R"(","ShardId":"s1","ShardIteratorType":"TRIM_HORIZON"})");
  EXPECT_EQ(requests[4].body.view(), R"({"ShardIterator":"assets|s1|0|0","Limit":2})");
  EXPECT_EQ(requests[4].call.resource, FakeStreams::ArnOf("assets"));
  EXPECT_EQ(requests[5].body.view(), R"({"ShardIterator":"assets|s1|2|0","Limit":1000})");
}

TEST_F(AwsChangeStreamTest, GoesOnInAnotherProcess) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"8", "9", "10"}}}};
  const auto next = Read(*Open(), std::nullopt, 2).next;
  EXPECT_THAT(Names(Read(*Open(), next)), ElementsAre("10"));
  const Json asked = fake_.streams.body(fake_.streams.requests().size() - 2);
  EXPECT_EQ(asked["ShardIteratorType"], "AFTER_SEQUENCE_NUMBER");
  EXPECT_EQ(asked["SequenceNumber"], "9");
}

TEST_F(AwsChangeStreamTest, AnEmptyPageKeepsThePositionAndMovesOn) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"1"}, .gap = 2}}};
  auto stream = Open();
  std::optional<Cursor> from;
  for (int i = 0; i < 2; ++i) {
    const ChangePage page = Read(*stream, from);
    EXPECT_THAT(page.records, IsEmpty());
    ASSERT_TRUE(page.next);
    if (from) {
      EXPECT_EQ(from, page.next);
    }
    from = page.next;
  }
  EXPECT_THAT(Names(Read(*stream, from)), ElementsAre("1"));
  EXPECT_EQ(fake_.Count("GetShardIterator"), 1u);
}

TEST_F(AwsChangeStreamTest, AnExpiredIteratorIsReplaced) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"1", "2"}}}};
  auto stream = Open();
  const ChangePage first = Read(*stream, std::nullopt, 1);
  fake_.shards["assets"]["s1"].sequences.push_back("3");
  fake_.streams.Refuse("ExpiredIteratorException").Then(R"({"ShardIterator":"assets|s1|1|00"})");
  EXPECT_THAT(Names(Read(*stream, first.next)), ElementsAre("2", "3"));
  EXPECT_THAT(gaps_, IsEmpty());
}

TEST_F(AwsChangeStreamTest, IteratorsThatAlwaysExpireAreAnError) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"1"}}}};
  fake_.expired.insert("assets|s1|0|0");
  const auto page = Open()->Read(kShard, std::nullopt, ItemCount{1});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kPrecondition);
  EXPECT_EQ(fake_.Count("GetRecords"), 4u);
}

TEST_F(AwsChangeStreamTest, APositionThatIsTooOldGoesOnWithTheOldestAndIsTold) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"1", "2", "3", "4"}}}};
  auto stream = Open();
  const ChangePage first = Read(*stream, std::nullopt, 1);
  fake_.shards["assets"]["s1"].trimmed = 3;
  const ChangePage page = Read(*stream, first.next);
  EXPECT_THAT(Names(page), ElementsAre("4"));
  EXPECT_THAT(gaps_, ElementsAre(kShard));
  EXPECT_THAT(Names(Read(*stream, page.next)), IsEmpty());
  EXPECT_THAT(gaps_, SizeIs(1));
}

TEST_F(AwsChangeStreamTest, AShardThatIsNoLongerKeptIsFinished) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"1", "2"}}}, {"s2", {.parent = "s1"}}};
  auto stream = Open();
  const ChangePage first = Read(*stream, std::nullopt, 1);
  fake_.shards["assets"].erase("s1");
  const ChangePage page = Read(*stream, first.next);
  EXPECT_THAT(page.records, IsEmpty());
  EXPECT_EQ(page.next, std::nullopt);
  EXPECT_THAT(gaps_, testing::Contains(kShard));
  EXPECT_THAT(*stream->Shards(), ElementsAre("assets/s2"));
}

TEST_F(AwsChangeStreamTest, WhatIsNotThereOrNotAsked) {
  fake_.shards["assets"] = {{"s1", {}}};
  auto stream = Open();
  EXPECT_EQ(stream->Read("assets/none", std::nullopt, ItemCount{1}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(stream->Read(kShard, std::nullopt, ItemCount{0}).error().code, ErrorCode::kInvalid);
  for (const char* token : {"", "{}", R"({"after":1})", R"({"after":"1","more":1})", "[]"}) {
    EXPECT_EQ(stream->Read(kShard, Cursor{token}, ItemCount{1}).error().code, ErrorCode::kInvalid) << token;
    EXPECT_EQ(stream->SaveCheckpoint("c", kShard, Cursor{token}).error().code, ErrorCode::kInvalid) << token;
  }
}

TEST_F(AwsChangeStreamTest, ATableWithoutAStreamThatTellsWhatWasWritten) {
  fake_.dynamodb.Then(R"({"Table":{"TableName":"assets"}})");
  const auto none = Open()->Shards();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(none.error().message, HasSubstr("table assets has no change stream"));
  EXPECT_THAT(none.error().hint, AllOf(HasSubstr("update-table --table-name assets"), HasSubstr("NEW_IMAGE")));

  fake_.dynamodb.Then(R"({"Table":{"StreamSpecification":{"StreamEnabled":false},"LatestStreamArn":"arn:old"}})");
  EXPECT_EQ(Open()->Shards().error().code, ErrorCode::kPrecondition) << "it was switched off";

  fake_.view_type = "KEYS_ONLY";
  const auto keys = Open()->Shards();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(keys.error().message, HasSubstr("KEYS_ONLY"));
}

TEST_F(AwsChangeStreamTest, ErrorsNameTheTable) {
  fake_.dynamodb.Refuse("ResourceNotFoundException");
  const auto missing = Open()->Shards();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("table assets"));

  fake_.streams.Refuse("AccessDeniedException");
  const auto denied = Open()->Shards();
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(denied.error().hint,
              AllOf(HasSubstr("dynamodb:DescribeStream"), HasSubstr(FakeStreams::ArnOf("assets"))));
}

TEST_F(AwsChangeStreamTest, AFailureConsumesNothing) {
  fake_.shards["assets"] = {{"s1", {.sequences = {"1"}}}};
  auto stream = Open();
  ASSERT_TRUE(stream->Shards());
  fake_.streams.Then(R"({"ShardIterator":"assets|s1|0|0"})").Refuse("ThrottlingException");
  const auto page = stream->Read(kShard, std::nullopt, ItemCount{1});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kThrottled);
  EXPECT_THAT(Names(Read(*stream, std::nullopt)), ElementsAre("1"));
}

TEST_F(AwsChangeStreamTest, GarbageInPlaceOfRecords) {
  fake_.shards["assets"] = {{"s1", {}}};
  const std::string keys = R"("Keys":{"assetId":{"S":"a"}})";
  for (const std::string& body :
       {std::string("{}"), std::string(R"({"Records":{}})"), std::string(R"({"Records":[1]})"),
        std::string(R"({"Records":[],"NextShardIterator":7})"), std::string(R"({"Records":[],"NextShardIterator":""})"),
        R"({"Records":[{"eventName":"TRUNCATE","dynamodb":{"SequenceNumber":"1",)" + keys + "}}]}",
        R"({"Records":[{"eventName":"INSERT","dynamodb":{)" + keys + "}}]}",
        std::string(R"({"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"1"}}]})"),
        R"({"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"1",)" + keys + R"(,"NewImage":{"a":1}}}]})",
        std::string(R"({"Records":[{},{}]})")}) {
    auto stream = Open();
    ASSERT_TRUE(stream->Shards());
    fake_.streams.Then(R"({"ShardIterator":"assets|s1|0|0"})").Then(body);
    const auto page = stream->Read(kShard, std::nullopt, ItemCount{1});
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().code, ErrorCode::kBadReply) << body;
    EXPECT_THAT(page.error().message, HasSubstr("table assets")) << body;
  }
}

TEST_F(AwsChangeStreamTest, ImagesAsTheStreamHasThem) {
  fake_.shards["assets"] = {{"s1", {}}};
  auto stream = Open();
  ASSERT_TRUE(stream->Shards());
  fake_.streams.Then(R"({"ShardIterator":"i"})")
      .Then(R"({"Records":[{"eventName":"REMOVE","dynamodb":{"SequenceNumber":"5","Keys":{"assetId":{"S":"a"}},
               "OldImage":{"z":{"N":"1.50"},"a":{"BOOL":false}}}}],"NextShardIterator":"j"})");
  const ChangePage page = Read(*stream, std::nullopt);
  ASSERT_THAT(page.records, SizeIs(1));
  EXPECT_EQ(page.records[0].kind, ChangeKind::kRemove);
  EXPECT_EQ(page.records[0].table, ChangedTable::kAssets);
  EXPECT_EQ(page.records[0].new_image, std::nullopt);
  EXPECT_EQ(DumpDynamoJson(*page.records[0].old_image), R"({"z":{"N":"1.50"},"a":{"BOOL":false}})");
}

TEST_F(AwsChangeStreamTest, CheckpointsGoForwardByNumber) {
  auto stream = Open();
  const Cursor nine = CursorOf({"9"});
  const Cursor ten = CursorOf({"10"});
  EXPECT_EQ(*stream->LoadCheckpoint("indexers", kShard), std::nullopt);
  ASSERT_TRUE(stream->SaveCheckpoint("indexers", kShard, nine));
  ASSERT_TRUE(stream->SaveCheckpoint("indexers", kShard, ten));
  ASSERT_TRUE(stream->SaveCheckpoint("indexers", kShard, nine));
  ASSERT_TRUE(stream->SaveCheckpoint("indexers", kShard, CursorOf({""})));
  EXPECT_EQ(*Open()->LoadCheckpoint("indexers", kShard), ten);
  EXPECT_EQ(*Open()->Backlog("indexers"), std::nullopt);
}

}  // namespace
}  // namespace vams::aws
