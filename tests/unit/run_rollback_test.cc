#include <gtest/gtest.h>

#include "backends/local.h"
#include "run/phases/rollback.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

class RollbackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.local = temp_.path() / "vams";
    LocalInit init;
    init.asset_index_definition = init.file_index_definition = R"({"mappings": {}})";
    ASSERT_TRUE(LocalVams::Init(options_.local->string(), init));
    vams_ = *LocalVams::Open(options_.local->string(), clock_);
    deployment_ = *OpenDeployment({.local_directory = options_.local->string()}, clock_);
    for (int i = 0; i < 5; ++i) {
      Item item;
      item.Set("databaseId", i < 3 ? "one" : "two");
      item.Set("assetId", "asset-" + std::to_string(i));
      item.Set("assetName", "kept");
      if (i != 0) item.Set(std::string(kReindexDateAttribute), "2025-05-31T22:00:00.123456+00:00");
      ASSERT_TRUE(vams_->PutItem(LocalTable::kAssets, item));
    }
  }
  RollbackResult Run(ClearTouch how = ClearTouch::kRemove) {
    NoLog log;
    NoProgress progress;
    const auto result = RunRollback(options_, how, deployment_, clock_, log, progress, stop_);
    EXPECT_TRUE(result) << result.error().message;
    return *result;
  }
  std::vector<AssetRecord> Records() { return deployment_.assets->Scan({}, std::nullopt, ItemCount{100})->items; }
  std::size_t Dated() {
    std::size_t n = 0;
    for (const auto& record : Records()) n += record.item.Find(kReindexDateAttribute) == nullptr ? 0 : 1;
    return n;
  }

  TempDir temp_;
  FakeClock clock_;
  Options options_;
  StopFlag stop_;
  std::unique_ptr<LocalVams> vams_;
  Deployment deployment_;
};

TEST_F(RollbackTest, RemovesTheDateAndNothingElse) {
  const RollbackResult result = Run();
  EXPECT_EQ(result.scanned, 5u);
  EXPECT_EQ(result.cleared, 4u);
  EXPECT_EQ(result.failed, 0u);
  for (const auto& record : Records()) {
    EXPECT_EQ(record.item.Find(kReindexDateAttribute), nullptr);
    EXPECT_EQ(StringAttribute(record.item, "assetName"), "kept");
  }
  EXPECT_EQ(Run().cleared, 0u) << "again there is nothing to do";
}

TEST_F(RollbackTest, SetsNullOnlyWhereADateStands) {
  EXPECT_EQ(Run(ClearTouch::kSetNull).cleared, 4u);
  EXPECT_EQ(Dated(), 4u);
  EXPECT_EQ(Run(ClearTouch::kSetNull).cleared, 0u);
  EXPECT_EQ(Run(ClearTouch::kRemove).cleared, 4u);
}

TEST_F(RollbackTest, ADryRunChangesNothing) {
  options_.dry_run = true;
  EXPECT_EQ(Run().cleared, 4u);
  EXPECT_EQ(Dated(), 4u);
}

TEST_F(RollbackTest, HeedsLimitAndSelection) {
  options_.limit = ItemCount{1};
  EXPECT_EQ(Run().cleared, 1u);
  EXPECT_EQ(Dated(), 3u);
  options_.limit.reset();
  options_.selection.database = "two";
  Run();
  for (const auto& record : Records()) {
    if (record.key.database_id == "two") {
      EXPECT_EQ(record.item.Find(kReindexDateAttribute), nullptr);
    }
  }
  EXPECT_GE(Dated(), 1u) << "the other database is left alone";
}

TEST_F(RollbackTest, KeepsBelowTheRate) {
  std::vector<Item> items;
  for (int i = 0; i < 1500; ++i) {
    Item item;
    item.Set("databaseId", "many");
    item.Set("assetId", "asset-" + std::to_string(i));
    item.Set(std::string(kReindexDateAttribute), "2025-05-31T22:00:00.123456+00:00");
    items.push_back(std::move(item));
  }
  ASSERT_TRUE(vams_->PutItems(LocalTable::kAssets, items));
  options_.max_rate = PerSecond{100};
  const Duration begun = clock_.Elapsed();
  EXPECT_EQ(Run().cleared, 1504u);
  EXPECT_GE(clock_.Elapsed() - begun, std::chrono::seconds(5)) << "the second page waits for the first";
}

TEST_F(RollbackTest, StopsWhenAsked) {
  stop_.Request();
  EXPECT_TRUE(Run().interrupted);
  EXPECT_EQ(Dated(), 4u);
}

}  // namespace
}  // namespace vams
