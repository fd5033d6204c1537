#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/plan.h"
#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::HasSubstr;

class RunPlanTest : public ::testing::Test {
 protected:
  RunPlanTest() {
    FillSample(deployed_.vams);
    options_.topics = AutoTopics{};
    options_.state_dir = dir_.path() / "state";
  }
  void SetUp() override { ASSERT_TRUE(PutFile(deployed_.vams, "chair/leg.glb")); }
  RunPlan Plan() {
    NoLog log;
    NoProgress progress;
    auto plan = PlanRun(options_, deployed_.deployment, clock_, log, progress, stop_);
    if (!plan) throw std::runtime_error(plan.error().message);
    return std::move(*plan);
  }

  TempDir dir_;
  FakeClock clock_;
  DeployedVams deployed_{clock_};
  Options options_;
  StopFlag stop_;
};

TEST_F(RunPlanTest, CountsAndChangesNothing) {
  const RunPlan plan = Plan();
  EXPECT_EQ(plan.report.assets->total, 1u);
  EXPECT_EQ(plan.report.files->total, 1u);
  EXPECT_TRUE(plan.report.dry_run);
  EXPECT_FALSE(plan.estimate.requests.empty());
  EXPECT_EQ(deployed_.chain.published(), 0u);
  EXPECT_EQ((*deployed_.vams.assets().GetMany({{kChair}}))[0]->item.Find(kReindexDateAttribute), nullptr);
}

TEST_F(RunPlanTest, TimeFollowsTheCaps) {
  options_.max_rate = PerSecond{0.5};
  EXPECT_EQ(Plan().estimate.at_allowed_rate, std::chrono::seconds(4));
}

TEST_F(RunPlanTest, WhatCostsMoreThanAllowedIsRefused) {
  options_.max_cost = 0;
  const Status checked = CheckCost(options_, Plan());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(checked.error().message, HasSubstr("--max-cost"));
}

TEST_F(RunPlanTest, WhatCostsNoMoreGoesOn) {
  const RunPlan plan = Plan();
  options_.max_cost = plan.estimate.own_usd + plan.estimate.downstream_usd;
  EXPECT_TRUE(CheckCost(options_, plan));
  options_.max_cost = std::nullopt;
  EXPECT_TRUE(CheckCost(options_, plan));
}

TEST_F(RunPlanTest, OfARunThatGoesOnWhatIsLeftCounts) {
  RunPlan plan;
  plan.volume = {.assets = 100, .objects_listed = 1000, .heads = 1000, .events = 800, .buckets = 2};
  EarlierRun done;
  done.assets = Standing::kUnderWay;
  done.asset_report.total = 40;
  done.file_report = {.total = 300, .objects_scanned = 400};
  RunVolume left = LeftOf(plan, done, options_).volume;
  EXPECT_EQ(left.assets, 60u);
  EXPECT_EQ(left.objects_listed, 600u);
  EXPECT_EQ(left.heads, 600u);
  EXPECT_EQ(left.events, 500u);
  done.assets = Standing::kLeftOut;
  done.files = Standing::kEnded;
  const RunPlan rest = LeftOf(plan, done, options_);
  EXPECT_EQ(rest.volume.assets + rest.volume.events + rest.volume.heads, 0u);
  EXPECT_EQ(rest.estimate.downstream_usd, 0);
  options_.max_cost = 0.01;
  EXPECT_TRUE(CheckCost(options_, rest));
}

TEST_F(RunPlanTest, ItemsThatAreTriedAgainCostWhatTheyAre) {
  const RunPlan few = PlanItems(10, options_);
  const RunPlan many = PlanItems(1'000'000, options_);
  EXPECT_GT(few.estimate.own_usd, 0);
  options_.max_cost = 0.1;
  EXPECT_TRUE(CheckCost(options_, few));
  EXPECT_FALSE(CheckCost(options_, many));
}

TEST_F(RunPlanTest, AnEmbeddedVamsCostsNothing) {
  const RunPlan plan = Plan();
  options_.max_cost = 0;
  options_.local = "vams";
  EXPECT_TRUE(CheckCost(options_, plan));
}

}  // namespace
}  // namespace vams
