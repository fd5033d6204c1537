#include "indexers/asset_indexer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/fake_clock.h"
#include "testing/refusing_ports.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;
using Kind = RecordOutcome::Kind;

class AssetIndexerTest : public ::testing::Test {
 protected:
  AssetIndexerTest() : vams(clock), index(vams.asset_index()) { FillSample(vams); }

  AssetIndexer Indexer(Compatibility compatibility) {
    return AssetIndexer(vams.source(), index, compatibility, clock,
                        {.assets = "Assets", .metadata = "Metadata", .links = "Links"});
  }
  // Hands the indexer everything that changed since the last time.
  std::vector<RecordOutcome> HandleChanges(AssetIndexer& indexer) {
    const auto page = vams.changes().Read("shard-0", position, ItemCount{1000});
    position = page->next;
    auto outcomes = indexer.Handle(page->records);
    EXPECT_TRUE(outcomes) << outcomes.error().message;
    return outcomes.value_or(std::vector<RecordOutcome>{});
  }
  std::optional<std::string> Document(const std::string& id) {
    const std::vector<std::string> ids{id};
    return vams.asset_index().GetMany(ids)->front();
  }

  FakeClock clock;
  MemoryDeployment vams;
  RefusingIndex index;
  std::optional<Cursor> position;
};

TEST_F(AssetIndexerTest, ABatchIsOneBulkAndOneWriteForEachAsset) {
  for (int i = 0; i < 5; ++i) vams.PutAsset(AssetItem(kChair, "chair/"));
  vams.PutAsset(AssetItem({"db-one", "table"}, "table/"));
  AssetIndexer indexer = Indexer(Compatibility::kUpstream);
  const auto outcomes = HandleChanges(indexer);
  ASSERT_EQ(outcomes.size(), 7u);
  for (const RecordOutcome& outcome : outcomes) EXPECT_EQ(outcome.kind, Kind::kSettled);
  EXPECT_EQ(index.bulks, 1u);
  EXPECT_EQ(vams.asset_index().Count()->value, 2u);
}

TEST_F(AssetIndexerTest, RemovalsTakeEffectByTheirKeys) {
  AssetIndexer upstream = Indexer(Compatibility::kUpstream);
  HandleChanges(upstream);
  ASSERT_TRUE(Document("db-one#chair"));
  vams.DeleteAsset(kChair);
  EXPECT_TRUE(HandleChanges(upstream)[0].skipped);
  EXPECT_TRUE(Document("db-one#chair")) << "upstream never hears of it";
  AssetIndexer repaired = Indexer(Compatibility::kRepaired);
  position.reset();
  clock.Advance(std::chrono::seconds(1));
  HandleChanges(repaired);
  EXPECT_FALSE(Document("db-one#chair"));
}

TEST_F(AssetIndexerTest, RemovedMetadataLeavesTheDocument) {
  AssetIndexer indexer = Indexer(Compatibility::kRepaired);
  vams.PutMetadata(MetadataItem("db-one", "chair", "owner", "Ada"));
  HandleChanges(indexer);
  EXPECT_TRUE(Document("db-one#chair")->contains("MD_str_owner"));
  vams.DeleteMetadata({"db-one", "chair"});
  HandleChanges(indexer);
  EXPECT_FALSE(Document("db-one#chair")->contains("MD_str_owner"));
}

TEST_F(AssetIndexerTest, ARemovedLinkLeavesItsTwoAssets) {
  const AssetKey table{"db-one", "table"};
  vams.PutAsset(AssetItem(table, "table/"));
  vams.PutLink(LinkItem("l", kChair, table, "related"));
  AssetIndexer indexer = Indexer(Compatibility::kRepaired);
  HandleChanges(indexer);
  ASSERT_TRUE(Document("db-one#table")->contains("\"bool_has_assets_related\":true"));
  vams.DeleteLink("l");
  HandleChanges(indexer);
  for (const char* id : {"db-one#chair", "db-one#table"}) {
    EXPECT_TRUE(Document(id)->contains("\"bool_has_assets_related\":false")) << id;
  }
  ChangeRecord unknown;
  unknown.table = ChangedTable::kLinks;
  unknown.kind = ChangeKind::kRemove;
  unknown.keys.Set("assetLinkId", "l");
  EXPECT_TRUE(indexer.Handle({&unknown, 1})->front().skipped) << "its assets cannot be told";
}

TEST_F(AssetIndexerTest, ArchivingMovesTheDocument) {
  AssetIndexer indexer = Indexer(Compatibility::kRepaired);
  HandleChanges(indexer);
  vams.PutAsset(AssetItem({"db-one#deleted", "chair"}, "chair/"));
  vams.DeleteAsset(kChair);
  HandleChanges(indexer);
  EXPECT_FALSE(Document("db-one#chair"));
  ASSERT_TRUE(Document("db-one#deleted#chair"));
  EXPECT_TRUE(Document("db-one#deleted#chair")->contains("\"bool_archived\":true"));
}

TEST_F(AssetIndexerTest, AnAssetThatIsGoneLosesItsDocument) {
  AssetIndexer indexer = Indexer(Compatibility::kRepaired);
  HandleChanges(indexer);
  // Its removal was lost; a link to it is what comes next.
  vams.DeleteAsset(kChair);
  position = vams.changes().Read("shard-0", position, ItemCount{1000})->next;
  vams.PutLink(LinkItem("l", kChair, {"db-one", "table"}, "related"));
  HandleChanges(indexer);
  EXPECT_FALSE(Document("db-one#chair"));
}

TEST_F(AssetIndexerTest, RemovalAndChangeOfOneAssetInOneBatch) {
  AssetIndexer indexer = Indexer(Compatibility::kUpstream);
  HandleChanges(indexer);
  ChangeRecord removal;
  removal.kind = ChangeKind::kRemove;
  removal.old_image = AssetItem(kChair, "chair/");
  vams.DeleteAsset(kChair);
  position = vams.changes().Read("shard-0", position, ItemCount{1000})->next;
  vams.AddChange(removal);
  vams.PutMetadata(MetadataItem("db-one", "chair", "owner", "Ada"));
  HandleChanges(indexer);
  EXPECT_FALSE(Document("db-one#chair")) << "the later record must not undo the removal";
}

TEST_F(AssetIndexerTest, AnOlderStateNeverReplacesANewerOne) {
  AssetIndexer late = Indexer(Compatibility::kUpstream);
  const auto before = vams.changes().Read("shard-0", std::nullopt, ItemCount{1000});
  // Another indexer with a later clock has written already.
  BulkOp newer{.kind = BulkOp::Kind::kIndex, .id = "db-one#chair", .body = "{\"newer\":true}", .version = {}};
  newer.version = static_cast<std::uint64_t>((clock.Now() + std::chrono::hours(1)).time_since_epoch().count());
  ASSERT_TRUE(vams.asset_index().Bulk({&newer, 1}));
  const auto outcomes = late.Handle(before->records);
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(outcomes->front().kind, Kind::kSettled) << "already newer is as good as written";
  EXPECT_EQ(Document("db-one#chair"), "{\"newer\":true}");
}

TEST_F(AssetIndexerTest, OutcomesTellWhatMayPassFromWhatCannot) {
  vams.PutAsset(AssetItem({"db-one", "table"}, "table/"));
  Item broken = AssetItem({"db-one", "lamp"}, "lamp/");
  broken.Set("tags", "no list");
  vams.PutAsset(broken);
  index.refuse = [](const BulkOp& op) -> std::optional<Error> {
    Error error = MakeError(op.id == "db-one#chair" ? ErrorCode::kThrottled : ErrorCode::kInvalid, "no");
    error.retryable = op.id == "db-one#chair";
    return error;
  };
  AssetIndexer indexer = Indexer(Compatibility::kUpstream);
  const auto outcomes = HandleChanges(indexer);
  EXPECT_EQ(outcomes[0].kind, Kind::kRetry);
  EXPECT_EQ(outcomes[1].kind, Kind::kRefused);
  EXPECT_EQ(outcomes[2].kind, Kind::kRefused);
  EXPECT_NE(outcomes[2].reason, "no") << "it never came to the index";
}

TEST_F(AssetIndexerTest, HandleEventAnswersAsUpstreamsFunction) {
  AssetIndexer indexer = Indexer(Compatibility::kUpstream);
  EXPECT_EQ(indexer.HandleEvent(Json::parse("{}"))["statusCode"], 400);
  EXPECT_EQ(indexer.HandleEvent(Json::parse(R"({"Records":null})"))["statusCode"], 500);
  EXPECT_EQ(indexer.HandleEvent(
                Json::parse(R"({"Records":[{"eventSource":"aws:dynamodb","eventSourceARN":null}]})"))["statusCode"],
            500);
  const Json answer =
      indexer.HandleEvent(Json::parse(R"({"databaseId":"db-one","assetId":"chair","operation":"index"})"));
  EXPECT_EQ(answer["body"]["message"], "Processed 1/1 asset indexing operations successfully");
  EXPECT_EQ(answer["body"]["results"][0],
            Json::parse(R"({"success":true,"message":"Asset document indexed","documentId":"db-one#chair",
                            "indexName":"vams-assets-v1","operation":"index"})"));
}

TEST_F(AssetIndexerTest, HandleFailsWholeWhereTheIndexIsDown) {
  index.down = MakeError(ErrorCode::kUnavailable, "down");
  AssetIndexer indexer = Indexer(Compatibility::kUpstream);
  const auto page = vams.changes().Read("shard-0", std::nullopt, ItemCount{10});
  EXPECT_FALSE(indexer.Handle(page->records));
}

}  // namespace
}  // namespace vams
