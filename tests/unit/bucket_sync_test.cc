// The stand-in for the deployed chain does the harm that the deployed one does: without it, a test that nothing was
// harmed would prove nothing.

#include <gtest/gtest.h>

#include "testing/event_chain.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

class BucketSyncTest : public ::testing::Test {
 protected:
  BucketSyncTest() {
    FillSample(vams_);
    chain_.Bind("topic", {.bucket = kBucket});
    topic_ = chain_.MakeTopic();
  }

  void Publish(const std::string& key, const std::string& bucket = kBucket) {
    const TopicMessage message{.subject = "s", .body = S3Event(key, "ObjectCreated:Put", bucket)};
    ASSERT_TRUE(topic_->PublishBatch("topic", {&message, 1}));
  }
  bool Exists(const std::string& key) { return Head(key).has_value(); }
  std::optional<ObjectHead> Head(const std::string& key) {
    const ObjectRef ref{kBucket, key};
    return *vams_.objects().HeadMany({&ref, 1})->front();
  }
  std::uint64_t Documents() { return vams_.file_index().Count()->value; }

  FakeClock clock_;
  MemoryDeployment vams_{clock_};
  EventChain chain_{vams_, Compatibility::kUpstream, clock_};
  std::unique_ptr<EventTopic> topic_;
};

TEST_F(BucketSyncTest, IndexesWhatIsInOrderAndSetsTheType) {
  ASSERT_TRUE(PutFile(vams_, "chair/leg.glb"));
  Publish("chair/leg.glb");
  chain_.Drain();
  EXPECT_EQ(Documents(), 1u);
  EXPECT_EQ(chain_.counts().passed, 1u);
  EXPECT_EQ(chain_.counts().retyped, 1u);
  EXPECT_TRUE(chain_.counts().harmless());
}

TEST_F(BucketSyncTest, DeletesKeysThatEndInInit) {
  ASSERT_TRUE(PutFile(vams_, "chair/scene.init"));
  ASSERT_TRUE(PutFile(vams_, "chair/init/"));
  Publish("chair/scene.init");
  Publish("chair/init/");
  chain_.Drain();
  EXPECT_FALSE(Exists("chair/scene.init"));
  EXPECT_FALSE(Exists("chair/init/"));
  EXPECT_EQ(chain_.counts().deleted, 2u);
  EXPECT_EQ(Documents(), 0u);
}

TEST_F(BucketSyncTest, RewritesAnObjectWhoseMetadataDifferAndHearsOfItAgain) {
  vams_.PutAsset(AssetItem({"db-one", "table"}, "table/"));
  ASSERT_TRUE(PutFile(vams_, "chair/a leg.glb", {"db-one", "table"}));
  const UtcTime before = Head("chair/a leg.glb")->last_modified;
  Publish("chair/a leg.glb");
  chain_.Drain();
  const auto after = Head("chair/a leg.glb");
  EXPECT_GT(after->last_modified, before);
  EXPECT_EQ(*after->FindMetadata("assetid"), "chair");
  EXPECT_EQ(chain_.counts().rewritten, 1u);
  // The event of the rewriting writes the key as S3 does, which bucket sync does not find.
  EXPECT_EQ(chain_.counts().refused, 1u);
  EXPECT_EQ(chain_.counts().passed, 1u);
}

TEST_F(BucketSyncTest, CreatesAnAssetAndADatabaseForAnUnknownFirstPart) {
  ASSERT_TRUE(PutFile(vams_, "nobody/x.glb"));
  Publish("nobody/x.glb");
  chain_.Drain();
  EXPECT_EQ(chain_.counts().created_assets, 1u);
  EXPECT_EQ(chain_.counts().created_databases, 1u);
  EXPECT_EQ(vams_.assets().FindInBucket(kBucketId, "nobody")->size(), 1u);
}

TEST_F(BucketSyncTest, RefusesOtherBucketsReservedNamesWrongIdsAndKeysItDoesNotFind) {
  ASSERT_TRUE(PutFile(vams_, "chair/a b.glb"));
  Publish("chair/x.glb", "other");
  Publish("pipeline/x.glb");
  Publish("a:b/x.glb");
  Publish("chair/a+b.glb");
  chain_.Drain();
  EXPECT_EQ(chain_.counts().refused, 4u);
  EXPECT_EQ(chain_.counts().passed, 0u);
  EXPECT_EQ(chain_.dropped_batches(), 1u);
  EXPECT_TRUE(chain_.counts().harmless());
}

TEST_F(BucketSyncTest, OneGoodNeighbourLetsTheWholeBatchThrough) {
  ASSERT_TRUE(PutFile(vams_, "chair/a+b.glb"));
  ASSERT_TRUE(PutFile(vams_, "chair/leg.glb"));
  Publish("chair/a%2Bb.glb");
  chain_.Drain();
  EXPECT_EQ(Documents(), 0u) << "bucket sync does not find the encoded key, so the indexer never hears of it";
  Publish("chair/a%2Bb.glb");
  Publish("chair/leg.glb");
  chain_.Drain();
  EXPECT_EQ(Documents(), 2u);
}

TEST_F(BucketSyncTest, FindsABucketRowByItsExactPrefixAlone) {
  vams_.PutBucketRow(BucketItem("bucket-2", kBucket, "assets"));
  vams_.PutAsset(AssetItem({"db-one", "lamp"}, "assets/lamp/"));
  chain_.Bind("topic", {.bucket = kBucket, .prefix = "assets/"});
  ASSERT_TRUE(PutFile(vams_, "assets/lamp/x.glb", {"db-one", "lamp"}));
  Publish("assets/lamp/x.glb");
  chain_.Drain();
  EXPECT_EQ(chain_.counts().refused, 1u) << "the row lacks the '/' at the end";
}

TEST_F(BucketSyncTest, LosesWhatNobodyIsBoundTo) {
  ASSERT_TRUE(PutFile(vams_, "chair/leg.glb"));
  const TopicMessage message{.subject = "s", .body = S3Event("chair/leg.glb")};
  ASSERT_TRUE(topic_->PublishBatch("another", {&message, 1}));
  chain_.Drain();
  EXPECT_EQ(chain_.published("another"), 1u);
  EXPECT_EQ(Documents(), 0u);
}

}  // namespace
}  // namespace vams
