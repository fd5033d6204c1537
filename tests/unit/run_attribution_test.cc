// How a run tells which asset a file belongs to (--attribution).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "run/decisions/attribute_by_location.h"
#include "run/migration.h"
#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const AssetKey kTable{"db-one", "table"};
constexpr std::size_t kFiles = 250;

class RunAttribution : public ::testing::Test {
 protected:
  RunAttribution() {
    FillSample(deployed_.vams);
    deployed_.vams.PutAsset(AssetItem(kTable, "table/"));
    deployed_.chain.Bind("topic-" + kBucket, {.bucket = kBucket});
    options_.topics = SingleTopic{"topic-" + kBucket};
    options_.state_dir = dir_.path() / "state";
    options_.skip_verification = true;
    options_.attribution = Attribution::kLocation;
  }
  void SetUp() override {
    for (std::size_t i = 0; i < kFiles; ++i) ASSERT_TRUE(PutFile(deployed_.vams, fmt::format("chair/{:03}.glb", i)));
  }
  PhaseReport Run(Random01 random) {
    NoLog log;
    NoProgress progress;
    const auto result = RunMigration(options_, deployed_.deployment, clock_, log, progress, stop_,
                                     {.report_file = ReportFile::kNone}, std::move(random));
    EXPECT_TRUE(result) << result.error().message;
    outcome_ = result->outcome;
    return *result->report.files;
  }

  TempDir dir_;
  FakeClock clock_;
  DeployedVams deployed_{clock_};
  Options options_;
  StopFlag stop_;
  Outcome outcome_ = Outcome::kSuccess;
};

TEST_F(RunAttribution, ByHeadLooksAtEveryObject) {
  options_.attribution = Attribution::kHead;
  EXPECT_EQ(Run([] { return 0.0; }).succeeded, kFiles);
  EXPECT_EQ(deployed_.objects->heads, kFiles);
}

TEST_F(RunAttribution, ByLocationLooksAtNone) {
  EXPECT_EQ(Run([] { return 0.01; }).succeeded, kFiles);
  EXPECT_EQ(deployed_.objects->heads, 0u);
  deployed_.chain.Drain();
  EXPECT_EQ(deployed_.vams.file_index().Count()->value, kFiles);
}

TEST_F(RunAttribution, ByLocationLooksAtTheSample) {
  int drawn = 0;
  EXPECT_EQ(Run([&] { return drawn++ % 100 == 0 ? 0.009 : 0.5; }).succeeded, kFiles);
  EXPECT_EQ(deployed_.objects->heads, 3u);
}

TEST_F(RunAttribution, WhatTheLocationDoesNotTellIsLookedAt) {
  ASSERT_TRUE(PutFile(deployed_.vams, "nobody/x.glb"));
  ASSERT_TRUE(PutFile(deployed_.vams, "pipeline/x.glb"));
  const PhaseReport files = Run([] { return 0.5; });
  EXPECT_EQ(files.succeeded, kFiles);
  EXPECT_THAT(files.withheld, ElementsAre(Pair("unknown-asset", 1)));
  EXPECT_THAT(files.skipped, ElementsAre(Pair("reserved-folder", 1)));
  EXPECT_EQ(deployed_.objects->heads, 1u) << "a reserved name needs no look";
}

TEST_F(RunAttribution, TwoOwnersAreNone) {
  deployed_.vams.PutAsset(AssetItem({"db-two", "table"}, "table/"));
  ASSERT_TRUE(PutFile(deployed_.vams, "table/top.glb", kTable));
  const PhaseReport files = Run([] { return 0.5; });
  EXPECT_EQ(deployed_.objects->heads, 1u);
  EXPECT_THAT(files.withheld, ElementsAre(Pair("sync-rewrites", 1)));
}

TEST_F(RunAttribution, AnArchivedAssetOwnsNothing) {
  deployed_.vams.PutAsset(AssetItem({"db-one#deleted", "old"}, "old/"));
  ASSERT_TRUE(PutFile(deployed_.vams, "old/x.glb", {"db-one", "old"}));
  EXPECT_THAT(Run([] { return 0.5; }).skipped, ElementsAre(Pair("asset-absent", 1)));
}

TEST_F(RunAttribution, ADisagreementStopsThePhase) {
  ASSERT_TRUE(PutFile(deployed_.vams, "table/of-the-chair.glb"));
  const PhaseReport files = Run([] { return 0.0; });
  EXPECT_EQ(outcome_, Outcome::kFindings);
  EXPECT_EQ(files.failed, 1u);
  ASSERT_EQ(files.first_failures.size(), 1u);
  EXPECT_THAT(files.first_failures[0].error, HasSubstr("files/table/of-the-chair.glb"));
  EXPECT_THAT(files.first_failures[0].error, HasSubstr("asset table"));
  EXPECT_EQ(deployed_.chain.published(), 0u) << "nothing of the page in which it was found";
}

TEST_F(RunAttribution, MissingMetadataAreADisagreementToo) {
  ObjectHead bare = HeadOf(kChair);
  bare.metadata.clear();
  ASSERT_TRUE(deployed_.vams.PutObject({kBucket, "chair/bare.glb"}, bare));
  EXPECT_EQ(Run([] { return 0.0; }).failed, 1u);
}

TEST_F(RunAttribution, WithAllowRewritesADisagreementIsTakenAsItIs) {
  options_.allow_rewrites = true;
  ASSERT_TRUE(PutFile(deployed_.vams, "table/of-the-chair.glb"));
  const PhaseReport files = Run([] { return 0.0; });
  EXPECT_EQ(files.failed, 0u);
  EXPECT_EQ(files.succeeded, kFiles + 1);
}

TEST_F(RunAttribution, WhatIsKnownAlreadyStays) {
  const ObjectHead head = HeadOf(kTable);
  std::vector<ObjectEntry> entries{
      {.key = "chair/000.glb", .size = 12, .last_modified = head.last_modified, .etag = "e1", .head = head}};
  NoLog log;
  NoProgress progress;
  FindingSink findings{{}};
  const RunContext run{options_, deployed_.deployment, clock_, log, progress, stop_, findings, [] { return 0.0; }};
  ExpectedDocuments expected(deployed_.vams.source(), Compatibility::kUpstream);
  const auto told = AttributeByLocation(run, expected, kBucket, entries, KnownHeads::kTaken);
  ASSERT_TRUE(told);
  EXPECT_THAT(told->owners, ElementsAre(nullptr));
  EXPECT_EQ(deployed_.objects->heads, 0u);
}

}  // namespace
}  // namespace vams
