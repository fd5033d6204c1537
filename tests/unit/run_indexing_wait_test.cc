#include <gtest/gtest.h>

#include <array>
#include <chrono>

#include "run/indexing/indexing_wait.h"
#include "testing/deployed_vams.h"
#include "testing/hooked_clock.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kBound = minutes(5);

// Tells what the test says; an error: cannot be told now.
class ScriptedBacklog final : public EventBacklog {
 public:
  Result<std::optional<ItemCount>> waiting = ItemCount{0};
  Result<std::optional<ItemCount>> Behind(std::string_view) override { return waiting; }
};

class IndexingWait : public testing::Test {
 protected:
  IndexingWait() {
    auto backlog = std::make_unique<ScriptedBacklog>();
    backlog_ = backlog.get();
    vams_.deployment.backlog = std::move(backlog);
  }

  void Put(SearchIndex& index, const std::string& id) {
    const std::array ops{BulkOp{BulkOp::Kind::kIndex, id, "{}", std::nullopt}};
    ASSERT_TRUE(index.Bulk(ops));
  }
  WaitEnd Wait(std::optional<IndexedAtLeast> enough = std::nullopt) {
    const RunContext run{options_, vams_.deployment, clock_, log_, progress_, stop_, findings_};
    const Duration begun = clock_.Elapsed();
    const auto end = WaitForIndexing(run, nullptr, topics_, kBound, enough);
    took_ = clock_.Elapsed() - begun;
    EXPECT_TRUE(end);
    return end.value_or(WaitEnd::kLeft);
  }

  HookedClock clock_;
  DeployedVams vams_{clock_};
  ScriptedBacklog* backlog_ = nullptr;
  const std::array<std::string, 1> topics_{"topic"};
  Options options_;
  NoLog log_;
  NoProgress progress_;
  StopFlag stop_;
  FindingSink findings_{{}};
  Duration took_{0};
};

TEST_F(IndexingWait, EndsAtOnceWhereTheIndexesHoldEnough) {
  Put(*vams_.deployment.asset_index, "a");
  Put(*vams_.deployment.file_index, "f");
  EXPECT_EQ(Wait(IndexedAtLeast{.assets = 1, .files = 1}), WaitEnd::kCounted);
  EXPECT_EQ(took_, Duration{0});
}

TEST_F(IndexingWait, EndsAsSoonAsTheyDo) {
  clock_.meanwhile = [&] {
    if (clock_.Elapsed() >= seconds(3)) Put(*vams_.deployment.file_index, "f");
  };
  EXPECT_EQ(Wait(IndexedAtLeast{.assets = 0, .files = 1}), WaitEnd::kCounted);
  EXPECT_EQ(took_, seconds(3));
}

TEST_F(IndexingWait, BothIndexesMustHoldEnough) {
  Put(*vams_.deployment.asset_index, "a");
  EXPECT_EQ(Wait(IndexedAtLeast{.assets = 1, .files = 1}), WaitEnd::kNothingLeft);
  EXPECT_EQ(took_, seconds(15));
  Put(*vams_.deployment.file_index, "f");
  EXPECT_EQ(Wait(IndexedAtLeast{.assets = 2, .files = 1}), WaitEnd::kNothingLeft);
}

TEST_F(IndexingWait, AnEventInTheQueueHoldsItBack) {
  backlog_->waiting = ItemCount{1};
  clock_.meanwhile = [&] {
    if (clock_.Elapsed() >= seconds(7)) backlog_->waiting = ItemCount{0};
  };
  EXPECT_EQ(Wait(IndexedAtLeast{}), WaitEnd::kCounted);
  EXPECT_EQ(took_, seconds(7));
}

TEST_F(IndexingWait, CountsSufficeWhereNoQueueTells) {
  backlog_->waiting = std::nullopt;
  EXPECT_EQ(Wait(IndexedAtLeast{}), WaitEnd::kCounted);
  EXPECT_EQ(took_, Duration{0});
}

TEST_F(IndexingWait, WithoutCountsQuietDecides) {
  EXPECT_EQ(Wait(), WaitEnd::kNothingLeft);
  EXPECT_EQ(took_, seconds(15));
  backlog_->waiting = std::nullopt;
  EXPECT_EQ(Wait(), WaitEnd::kNothingLeft);
  EXPECT_EQ(took_, seconds(60)) << "longer where no queue tells that it is empty";
}

TEST_F(IndexingWait, EachMovementBeginsTheQuietAnew) {
  clock_.meanwhile = [&] {
    if (clock_.Elapsed() == seconds(14)) Put(*vams_.deployment.file_index, "f");
  };
  EXPECT_EQ(Wait(), WaitEnd::kNothingLeft);
  EXPECT_EQ(took_, seconds(29));
}

TEST_F(IndexingWait, AQueueThatStaysFullIsToldApart) {
  backlog_->waiting = ItemCount{3};
  EXPECT_EQ(Wait(), WaitEnd::kLeft);
  EXPECT_EQ(took_, seconds(60));
}

TEST_F(IndexingWait, AQueueThatCannotBeReadNowIsAsItWas) {
  backlog_->waiting = ItemCount{3};
  clock_.meanwhile = [&] {
    if (clock_.Elapsed() >= seconds(1)) backlog_->waiting = Fail(ErrorCode::kUnavailable, "not now");
  };
  EXPECT_EQ(Wait(IndexedAtLeast{}), WaitEnd::kLeft) << "never taken for empty";
}

TEST_F(IndexingWait, LastsNoLongerThanItMay) {
  backlog_->waiting = ItemCount{1000};
  clock_.meanwhile = [&] { (*backlog_->waiting)->value -= (*backlog_->waiting)->value > 1 ? 1 : 0; };
  const Duration before = clock_.Elapsed();
  EXPECT_EQ(Wait(), WaitEnd::kLeft);
  EXPECT_LE(clock_.Elapsed() - before, kBound);
}

TEST_F(IndexingWait, AStopEndsIt) {
  clock_.meanwhile = [&] { stop_.Request(); };
  Wait();
  EXPECT_LT(took_, seconds(1));
}

}  // namespace
}  // namespace vams
