#include "run/verification/document_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/state/handled_items.h"
#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

using testing::ElementsAre;

TEST(DocumentSources, TheAssetOfEitherKindOfId) {
  EXPECT_EQ(AssetOfDocument("db#asset"), (AssetKey{"db", "asset"}));
  EXPECT_EQ(AssetOfDocument("db#asset#/a#b.glb"), (AssetKey{"db", "asset"}));
  EXPECT_EQ(AssetOfDocument("db#deleted#asset#/a.glb"), (AssetKey{"db#deleted", "asset"}));
  EXPECT_EQ(AssetOfDocument("no-such-id"), std::nullopt);
}

TEST(DocumentSources, TheObjectOfAFileIsWhereItsAssetLies) {
  FakeClock clock;
  MemoryDeployment vams(clock);
  FillSample(vams);
  vams.PutAsset(AssetItem({"db-one", "lamp"}, "else/where/lamp/"));
  vams.PutAsset(AssetItem({"db-one", "bare"}, "bare"));
  const SourcePorts source{vams.assets(), vams.buckets(), vams.side_tables(), vams.objects()};
  const auto locators = LocatorsOf(IndexKind::kFiles, source,
                                   {"db-one#lamp#/a b/c#d.glb", "db-one#bare#/x.glb", "db-one#gone#/x.glb",
                                    "db-one#lamp", "db-one#lamp#x.glb", "nothing"});
  ASSERT_TRUE(locators) << locators.error().message;
  EXPECT_THAT(*locators, ElementsAre(JoinParts(kBucket, "else/where/lamp/a b/c#d.glb"),
                                     JoinParts(kBucket, "bare/x.glb"), "", "", "", ""));
  EXPECT_THAT(*LocatorsOf(IndexKind::kAssets, source, {"db-one#gone", "nothing"}),
              ElementsAre(JoinParts("db-one", "gone"), ""));
}

}  // namespace
}  // namespace vams
