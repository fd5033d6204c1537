#include "documents/source_rows.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

TEST(BoundedMemory, ForgetsTheOldest) {
  BoundedMemory<int, int> memory(10);
  for (int i = 0; i < 1000; ++i) memory.Put(i, i);
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += memory.Find(i) != nullptr ? 1 : 0;
  EXPECT_GE(kept, 10);
  EXPECT_LE(kept, 20);
  EXPECT_NE(memory.Find(999), nullptr);
  memory.Clear();
  EXPECT_EQ(memory.Find(999), nullptr);
}

TEST(SourceRows, RemembersAlsoWhatIsAbsent) {
  FakeClock clock;
  MemoryDeployment vams(clock);
  FillSample(vams);
  SourceRows rows(vams.assets(), vams.buckets());
  const std::vector<AssetKey> keys{kChair, {"db-one", "none"}, kChair};
  auto read = rows.Assets(keys);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[0], (*read)[2]) << "one row, read once";
  EXPECT_EQ((*read)[1], nullptr);
  vams.PutAsset(AssetItem({"db-one", "none"}, ""));
  EXPECT_EQ((*rows.Assets(keys))[1], nullptr);
  rows.Forget();
  EXPECT_NE((*rows.Assets(keys))[1], nullptr);
}

TEST(SourceRows, FindsBucketsByIdAndByName) {
  FakeClock clock;
  MemoryDeployment vams(clock);
  vams.PutBucketRow(BucketItem("b1", "one", "z/"));
  vams.PutBucketRow(BucketItem("b1", "one", "a/"));
  vams.PutBucketRow(BucketItem("b2", "one", "/"));
  Item nameless;
  nameless.Set("bucketId", "b3");
  vams.PutBucketRow(nameless);
  SourceRows rows(vams.assets(), vams.buckets());
  const std::vector<std::string> ids{"b1", "b3", "", "b4", "b1"};
  const auto found = rows.Buckets(ids);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)[0]->prefix, "a/") << "the first by sort key";
  EXPECT_EQ((*found)[1], nullptr);
  EXPECT_EQ((*found)[2], nullptr);
  EXPECT_EQ((*found)[3], nullptr);
  EXPECT_EQ((*found)[4], (*found)[0]);
  EXPECT_EQ(rows.BucketsNamed("one")->size(), 3u);
  EXPECT_TRUE(rows.BucketsNamed("two")->empty());

  // With all of them read already the answers are the same, and nothing is looked up.
  SourceRows scanned(vams.assets(), vams.buckets());
  ASSERT_TRUE(scanned.BucketsNamed("one"));
  const auto among = scanned.Buckets(ids);
  ASSERT_TRUE(among);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ASSERT_EQ((*among)[i] == nullptr, (*found)[i] == nullptr) << ids[i];
    if ((*among)[i] == nullptr) continue;
    EXPECT_EQ((*among)[i]->prefix, (*found)[i]->prefix);
  }
}

TEST(SourceRows, OfANamelessRecordAmongSeveralOfOneIdTheLookUpDecides) {
  FakeClock clock;
  MemoryDeployment vams(clock);
  Item nameless;
  nameless.Set("bucketId", "b1");
  vams.PutBucketRow(nameless);
  vams.PutBucketRow(BucketItem("b1", "one", "a/"));
  const std::vector<std::string> ids{"b1"};
  SourceRows rows(vams.assets(), vams.buckets());
  const auto found = rows.Buckets(ids);
  ASSERT_TRUE(found);
  SourceRows scanned(vams.assets(), vams.buckets());
  ASSERT_TRUE(scanned.BucketsNamed("one"));
  const auto among = scanned.Buckets(ids);
  ASSERT_TRUE(among);
  EXPECT_EQ((*among)[0] == nullptr, (*found)[0] == nullptr);
}

}  // namespace
}  // namespace vams
