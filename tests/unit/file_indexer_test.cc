#include "indexers/file_indexer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/fake_clock.h"
#include "testing/refusing_ports.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;
using Kind = RecordOutcome::Kind;

constexpr const char* kLeg = "db-one#chair#/leg.glb";

class FileIndexerTest : public ::testing::Test {
 protected:
  FileIndexerTest() : vams(clock) {
    FillSample(vams);
    EXPECT_TRUE(PutFile(vams, "chair/leg.glb"));
  }

  FileIndexer Indexer(Compatibility compatibility) {
    return FileIndexer(vams.source(), vams.file_index(), compatibility, clock);
  }
  RecordOutcome Notice(FileIndexer& indexer, const std::string& key, bool removal = false) {
    const ObjectNotice notice{.object = {kBucket, key}, .removal = removal};
    auto outcomes = indexer.HandleObjects({&notice, 1});
    EXPECT_TRUE(outcomes) << outcomes.error().message;
    return outcomes->front();
  }
  RecordOutcome Metadata(FileIndexer& indexer, const std::string& key, ChangeKind kind = ChangeKind::kModify) {
    ChangeRecord record;
    record.table = ChangedTable::kMetadata;
    record.kind = kind;
    record.keys = MetadataItem("db-one", key, "x", "y");
    if (kind != ChangeKind::kRemove) record.new_image = record.keys;
    auto outcomes = indexer.HandleMetadata({&record, 1});
    EXPECT_TRUE(outcomes) << outcomes.error().message;
    return outcomes->front();
  }
  std::optional<std::string> Document(const std::string& id) {
    const std::vector<std::string> ids{id};
    return vams.file_index().GetMany(ids)->front();
  }

  FakeClock clock;
  MemoryDeployment vams;
};

TEST_F(FileIndexerTest, ARemovedObjectLosesItsDocument) {
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  EXPECT_EQ(Notice(indexer, "chair/leg.glb").indexed, 1u);
  ASSERT_TRUE(Document(kLeg));
  vams.DeleteObject({kBucket, "chair/leg.glb"});
  const RecordOutcome outcome = Notice(indexer, "chair/leg.glb", true);
  EXPECT_EQ(outcome.deleted, 1u);
  EXPECT_FALSE(Document(kLeg));
  FileIndexer upstream = Indexer(Compatibility::kUpstream);
  EXPECT_EQ(Notice(upstream, "chair/leg.glb", true).kind, Kind::kRefused);
}

TEST_F(FileIndexerTest, ALateDeleteEventKeepsTheDocument) {
  FileIndexer repaired = Indexer(Compatibility::kRepaired);
  EXPECT_EQ(Notice(repaired, "chair/leg.glb", true).indexed, 1u);
  EXPECT_TRUE(Document(kLeg));
  clock.Advance(std::chrono::seconds(1));
  FileIndexer upstream = Indexer(Compatibility::kUpstream);
  EXPECT_EQ(Notice(upstream, "chair/leg.glb", true).deleted, 1u);
  EXPECT_FALSE(Document(kLeg));
}

TEST_F(FileIndexerTest, ARemovedObjectOfTwoDatabasesLosesBothDocuments) {
  const AssetKey twin{"db-two", "chair"};
  vams.PutAsset(AssetItem(twin, "chair/"));
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  EXPECT_EQ(Notice(indexer, "chair/gone.glb").deleted, 2u);
  vams.PutAsset(AssetItem(twin, "elsewhere/"));
  EXPECT_EQ(Notice(indexer, "chair/gone.glb").deleted, 1u) << "the twin does not own the key";
}

TEST_F(FileIndexerTest, FilesOfAnArchivedAssetLoseTheirDocuments) {
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  Notice(indexer, "chair/leg.glb");
  vams.PutAsset(AssetItem({"db-one#deleted", "chair"}, "chair/"));
  vams.DeleteAsset(kChair);
  EXPECT_EQ(Notice(indexer, "chair/leg.glb").deleted, 1u) << "the object is there, its asset is not";
  EXPECT_FALSE(Document(kLeg));
  vams.DeleteObject({kBucket, "chair/leg.glb"});
  EXPECT_EQ(Notice(indexer, "chair/leg.glb", true).deleted, 1u) << "nor is the object";
}

TEST_F(FileIndexerTest, FilesOfAnAssetThatIsGoneLoseTheirDocuments) {
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  Notice(indexer, "chair/leg.glb");
  vams.DeleteAsset(kChair);
  EXPECT_EQ(Notice(indexer, "chair/leg.glb").deleted, 1u) << "the prefix and the asset id tell the path";
  EXPECT_FALSE(Document(kLeg));
}

TEST_F(FileIndexerTest, AnObjectThatNamesTheArchivedRowOfALivingAssetIsSkipped) {
  ASSERT_TRUE(PutFile(vams, "chair/old.glb", {"db-one#deleted", "chair"}));
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  EXPECT_TRUE(Notice(indexer, "chair/old.glb").skipped);
}

TEST_F(FileIndexerTest, MetadataOfAPreviewIndexesNothing) {
  ASSERT_TRUE(PutFile(vams, "chair/previews/x.png"));
  FileIndexer upstream = Indexer(Compatibility::kUpstream);
  EXPECT_EQ(Metadata(upstream, "/chair/previews/x.png").indexed, 1u);
  FileIndexer repaired = Indexer(Compatibility::kRepaired);
  EXPECT_TRUE(Metadata(repaired, "/chair/previews/x.png").skipped);
}

TEST_F(FileIndexerTest, RemovedMetadataKeepsTheFile) {
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  vams.PutMetadata(MetadataItem("db-one", "/chair/leg.glb", "owner", "Ada"));
  EXPECT_EQ(Metadata(indexer, "/chair/leg.glb").indexed, 1u);
  EXPECT_TRUE(Document(kLeg)->contains("MD_str_owner"));
  vams.DeleteMetadata({"db-one", "/chair/leg.glb"});
  EXPECT_EQ(Metadata(indexer, "/chair/leg.glb", ChangeKind::kRemove).indexed, 1u);
  ASSERT_TRUE(Document(kLeg));
  EXPECT_FALSE(Document(kLeg)->contains("MD_str_owner"));
}

TEST_F(FileIndexerTest, MetadataOfABaseWithoutASlash) {
  vams.PutAsset(AssetItem(kChair, "chair"));
  FileIndexer upstream = Indexer(Compatibility::kUpstream);
  EXPECT_TRUE(Metadata(upstream, "/chair/leg.glb").skipped);
  FileIndexer repaired = Indexer(Compatibility::kRepaired);
  EXPECT_EQ(Metadata(repaired, "/chair/leg.glb").indexed, 1u);
  EXPECT_TRUE(Document(kLeg));
}

TEST_F(FileIndexerTest, MetadataOfAFileThatIsGone) {
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  Notice(indexer, "chair/leg.glb");
  vams.DeleteObject({kBucket, "chair/leg.glb"});
  EXPECT_EQ(Metadata(indexer, "/chair/leg.glb").deleted, 1u);
  EXPECT_FALSE(Document(kLeg));
  vams.DeleteAsset(kChair);
  EXPECT_EQ(Metadata(indexer, "/chair/leg.glb").deleted, 1u) << "the metadata's key tells the id";
}

TEST_F(FileIndexerTest, MetadataKeysThatNameNoFileAreSkippedOrRefused) {
  FileIndexer indexer = Indexer(Compatibility::kUpstream);
  for (const char* key : {"chair", "chair/", "/chair/", "/chair/dir/", "/chair/LICENSE", "/nobody/x.y"}) {
    EXPECT_TRUE(Metadata(indexer, key).skipped) << key;
  }
  for (const char* key : {"/chair", "/", "//"}) EXPECT_EQ(Metadata(indexer, key).kind, Kind::kRefused) << key;
  EXPECT_TRUE(Metadata(indexer, "/chair/a..b").invalid);
}

TEST_F(FileIndexerTest, TheSameObjectTwiceInABatchIsWrittenOnce) {
  FileIndexer indexer = Indexer(Compatibility::kRepaired);
  const std::vector<ObjectNotice> notices(3, ObjectNotice{.object = {kBucket, "chair/leg.glb"}});
  const auto outcomes = indexer.HandleObjects(notices);
  ASSERT_TRUE(outcomes);
  for (const RecordOutcome& outcome : *outcomes) EXPECT_EQ(outcome.kind, Kind::kSettled);
  EXPECT_EQ(vams.file_index().Count()->value, 1u);
}

TEST_F(FileIndexerTest, AHeadThatMayPassIsTriedAgainAlone) {
  RefusingObjectStore objects(vams.objects());
  objects.refuse = [](const ObjectRef& ref) -> std::optional<Error> {
    if (ref.key != "chair/slow.glb") return std::nullopt;
    Error error = MakeError(ErrorCode::kUnavailable, "slow down");
    error.retryable = true;
    return error;
  };
  FileIndexer indexer({vams.assets(), vams.buckets(), vams.side_tables(), objects}, vams.file_index(),
                      Compatibility::kRepaired, clock);
  const std::vector<ObjectNotice> notices{{.object = {kBucket, "chair/slow.glb"}},
                                          {.object = {kBucket, "chair/leg.glb"}}};
  const auto outcomes = indexer.HandleObjects(notices);
  ASSERT_TRUE(outcomes);
  EXPECT_EQ((*outcomes)[0].kind, Kind::kRetry);
  EXPECT_EQ((*outcomes)[1].indexed, 1u);
}

TEST_F(FileIndexerTest, HandleEventAnswersAsUpstreamsFunction) {
  FileIndexer indexer = Indexer(Compatibility::kUpstream);
  const Json answer = indexer.HandleEvent(Json::parse(S3Event("chair/leg.glb")));
  EXPECT_EQ(answer["statusCode"], 200);
  EXPECT_EQ(answer["body"]["message"], "Processed 1/1 file indexing operations successfully");
  EXPECT_EQ(answer["body"]["results"][0]["documentId"], kLeg);
  EXPECT_EQ(indexer.HandleEvent(Json::parse(R"({"filePath":"/x"})"))["statusCode"], 400);
  EXPECT_EQ(indexer.HandleEvent(Json::parse(R"({"Records":[{"eventSource":"aws:sqs","body":"[]"}]})"))["statusCode"],
            500);
}

}  // namespace
}  // namespace vams
