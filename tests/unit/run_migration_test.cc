// The wait and the verification at the end of a run on a deployed VAMS, whose indexers work while the run sleeps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "run/migration.h"
#include "testing/deployed_vams.h"
#include "testing/hooked_clock.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

const AssetKey kTable{"db-one", "table"};

class LinesLog final : public Log {
 public:
  void Write(LogLevel, std::string_view line) override {
    const MutexLock lock(mu_);
    lines_ += fmt::format("{}\n", line);
  }
  bool Enabled(LogLevel level) const override { return level >= LogLevel::kInfo; }
  std::string lines() const {
    const MutexLock lock(mu_);
    return lines_;
  }

 private:
  mutable Mutex mu_;
  std::string lines_ GUARDED_BY(mu_);
};

class ScriptedBacklog final : public EventBacklog {
 public:
  std::uint64_t waiting = 0;
  Result<std::optional<ItemCount>> Behind(std::string_view) override { return ItemCount{waiting}; }
};

class RunMigrationTest : public testing::Test {
 protected:
  RunMigrationTest() {
    FillSample(deployed_.vams);
    deployed_.vams.PutAsset(AssetItem(kTable, "table/"));
    for (const auto* key : {"chair/leg.glb", "chair/arm.glb"}) EXPECT_TRUE(PutFile(deployed_.vams, key));
    EXPECT_TRUE(PutFile(deployed_.vams, "table/top.glb", kTable));
    deployed_.chain.Bind("topic", {.bucket = kBucket});
    options_.topics = SingleTopic{"topic"};
    options_.single_topic = true;
    options_.report_dir = dir_.path() / "reports";
    options_.state_dir = dir_.path() / "state";
    Indexers(seconds(2));
  }

  // They begin so long after the run's first sleep.
  void Indexers(Duration after) {
    clock_.meanwhile = [this, after, begun = clock_.Elapsed()] {
      if (clock_.Elapsed() - begun < after) return;
      deployed_.chain.Drain();
      EXPECT_TRUE(deployed_.IndexAssets());
    };
  }
  MigrationResult Run() {
    auto result = RunMigration(options_, deployed_.deployment, clock_, log_, progress_, stop_, MigrationRequest{});
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : MigrationResult{};
  }
  // A change that no indexer hears of.
  void RenameChair(const std::string& name) {
    Item chair = AssetItem(kChair, "chair/");
    chair.Set("assetName", name);
    deployed_.vams.PutAsset(std::move(chair));
    EXPECT_TRUE(deployed_.deployment.asset_index);
  }

  TempDir dir_;
  HookedClock clock_;
  DeployedVams deployed_{clock_};
  Options options_;
  LinesLog log_;
  NoProgress progress_;
  StopFlag stop_;
};

TEST_F(RunMigrationTest, EndsWhenEverythingIsThere) {
  const MigrationResult result = Run();
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_LE(result.report.waited, seconds(3)) << "not for quiet";
  EXPECT_EQ(result.report.verification->asset_index.right, 2u);
  EXPECT_EQ(result.report.verification->file_index.right, 3u);
}

TEST_F(RunMigrationTest, WithALimitToo) {
  options_.limit = ItemCount{1};
  const MigrationResult result = Run();
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_LE(result.report.waited, seconds(3));
  EXPECT_EQ(result.report.verification->asset_index.expected, 1u);
  EXPECT_EQ(result.report.verification->file_index.expected, 1u);
}

// The counts are right from the beginning, the documents are not: a verdict on these would be false.
TEST_F(RunMigrationTest, AFullIndexOfOldDocumentsIsWaitedFor) {
  ASSERT_EQ(Run().outcome, Outcome::kSuccess);
  for (const bool limited : {false, true}) {
    if (limited) options_.limit = ItemCount{1};
    clock_.meanwhile = nullptr;
    RenameChair(limited ? "Stool" : "Bench");
    Indexers(seconds(5));
    const MigrationResult result = Run();
    EXPECT_EQ(result.outcome, Outcome::kSuccess) << limited;
    EXPECT_TRUE(result.report.errors.empty()) << limited;
    EXPECT_EQ(result.report.findings_file, "") << limited;
    EXPECT_GE(result.report.waited, seconds(5)) << limited;
    EXPECT_EQ(result.report.verification->asset_index.stale, 0u) << limited;
    EXPECT_EQ(result.report.verification->asset_index.expected, limited ? 1u : 2u) << "all of it was looked at again";
  }
}

TEST_F(RunMigrationTest, WhatNeverArrivesIsFoundOnce) {
  ASSERT_EQ(Run().outcome, Outcome::kSuccess);
  clock_.meanwhile = nullptr;
  RenameChair("Bench");
  const MigrationResult result = Run();
  EXPECT_EQ(result.outcome, Outcome::kFindings);
  EXPECT_GE(result.report.waited, seconds(15)) << "the settle time, before it is a finding";
  EXPECT_THAT(log_.lines(), HasSubstr("verifying again"));
  ASSERT_EQ(result.report.errors.size(), 2u);
  for (const FindingGroup& group : result.report.errors) {
    EXPECT_EQ(group.kind, FindingKind::kStale);
    EXPECT_EQ(group.count, group.index == IndexKind::kAssets ? 1u : 2u) << group.cause;
  }
}

// Verification will find the withheld file missing, however long the wait; it need not be done twice.
TEST_F(RunMigrationTest, WithSomethingWithheldQuietDecides) {
  ASSERT_TRUE(PutFile(deployed_.vams, "chair/scene.init"));
  const MigrationResult result = Run();
  EXPECT_EQ(result.outcome, Outcome::kFindings);
  EXPECT_EQ(result.report.files->withheld_count(), 1u);
  EXPECT_GE(result.report.waited, seconds(60));
  EXPECT_THAT(log_.lines(), Not(HasSubstr("verifying again")));
}

// Hazard H13: the pace of a run lies downstream of the topic.
TEST_F(RunMigrationTest, HoldsBackWhileTheQueueIsTooLong) {
  auto owned = std::make_unique<ScriptedBacklog>();
  ScriptedBacklog* const backlog = owned.get();
  backlog->waiting = 4;
  deployed_.deployment.backlog = std::move(owned);
  options_.max_backlog = ItemCount{1};
  options_.skip_verification = true;
  std::size_t looks = 0;
  clock_.meanwhile = [&] {
    if (backlog->waiting <= 1) return;
    ++looks;
    EXPECT_EQ(deployed_.chain.published(), 0u) << backlog->waiting << " wait";
    --backlog->waiting;
  };
  EXPECT_EQ(Run().report.files->succeeded, 3u);
  EXPECT_EQ(looks, 3u);
}

TEST_F(RunMigrationTest, WithoutTimeToWaitItVerifiesAtOnce) {
  options_.verification_wait_time = seconds(0);
  const MigrationResult result = Run();
  EXPECT_EQ(result.outcome, Outcome::kFindings);
  EXPECT_EQ(result.report.waited, Duration{0});
  EXPECT_EQ(result.report.verification->asset_index.missing, 2u);
}

}  // namespace
}  // namespace vams
