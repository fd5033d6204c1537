// What an embedded VAMS forgets, and when.
#include <gtest/gtest.h>

#include "backends/embedded/vams_directory.h"
#include "backends/local.h"
#include "backends/open.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class EmbeddedRetention : public testing::Test {
 protected:
  void SetUp() override {
    LocalInit init;
    init.asset_index_definition = init.file_index_definition = "{}";
    init.scratch = true;
    ASSERT_TRUE(LocalVams::Init(dir(), init));
    vams_ = std::move(*LocalVams::Open(dir(), clock_));
    ports_ = std::move(*OpenDeployment({.local_directory = dir()}, clock_));
  }
  std::string dir() const { return (temp_.path() / "vams").string(); }
  void PutAssets(int count) {
    for (int i = 0; i < count; ++i) {
      Item item;
      item.Set("databaseId", "db");
      item.Set("assetId", fmt::format("asset-{}", ++assets_));
      ASSERT_TRUE(vams_->PutItem(LocalTable::kAssets, item));
    }
  }
  void Confirm(const std::string& consumer, std::uint64_t records) {
    const auto from = ports_.changes->LoadCheckpoint(consumer, "changes");
    const auto page = ports_.changes->Read("changes", *from, ItemCount{records});
    ASSERT_TRUE(ports_.changes->SaveCheckpoint(consumer, "changes", *page->next));
  }
  std::uint64_t KeptRecords() { return vams_->ReadStatus()->stream_records; }
  Result<BulkOutcome> Apply(BulkOp op) { return ports_.file_index->Bulk({&op, 1})->at(0); }
  std::int64_t Tombstones() {
    auto directory = embedded::VamsDirectory::Open(dir(), {}, clock_);
    return *(*directory)->file_index().Read([](embedded::Connection& c) {
      return c.ReadInt("SELECT count(*) FROM tombstones");
    });
  }

  TempDir temp_;
  FakeClock clock_;
  std::unique_ptr<LocalVams> vams_;
  Deployment ports_;
  int assets_ = 0;
};

TEST_F(EmbeddedRetention, ConfirmedChangesAreDropped) {
  PutAssets(10);
  EXPECT_EQ(KeptRecords(), 10u);
  Confirm("one", 6);
  EXPECT_EQ(KeptRecords(), 4u);
  Confirm("two", 2);  // a consumer that starts later begins with the oldest kept
  EXPECT_EQ(KeptRecords(), 4u) << "one has not confirmed them";
  Confirm("one", 100);
  EXPECT_EQ(KeptRecords(), 2u) << "two has not confirmed them";
}

TEST_F(EmbeddedRetention, AConsumerThatStaysAwayHoldsNothingBackForEver) {
  PutAssets(10);
  Confirm("gone", 1);
  Confirm("one", 5);
  EXPECT_EQ(KeptRecords(), 9u);
  clock_.Advance(hours{25});
  Confirm("one", 1);
  EXPECT_EQ(KeptRecords(), 3u);
  EXPECT_EQ(ports_.changes->Backlog("gone")->value().value, 3u) << "what is no longer there is not waited for";
  const auto page = ports_.changes->Read("changes", *ports_.changes->LoadCheckpoint("gone", "changes"), ItemCount{100});
  EXPECT_EQ(page->records.size(), 3u);
}

TEST_F(EmbeddedRetention, NumbersAreNotUsedTwice) {
  PutAssets(3);
  Confirm("one", 100);
  EXPECT_EQ(KeptRecords(), 0u);
  const auto position = *ports_.changes->LoadCheckpoint("one", "changes");
  PutAssets(1);
  EXPECT_EQ(ports_.changes->Read("changes", position, ItemCount{10})->records.size(), 1u);
  EXPECT_EQ(ports_.changes->Backlog("one")->value().value, 1u);
}

TEST_F(EmbeddedRetention, APositionThatIsNotReachedYetIsRefused) {
  PutAssets(3);
  EXPECT_EQ(ports_.changes->SaveCheckpoint("one", "changes", Cursor{"s4"}).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(ports_.changes->SaveCheckpoint("one", "changes", Cursor{"s3"}));
}

TEST_F(EmbeddedRetention, VersionsOfDeletedDocumentsAreForgottenAfterAnHour) {
  EXPECT_TRUE(Apply({BulkOp::Kind::kIndex, "a", "{}", 5}));
  EXPECT_EQ(*Apply({BulkOp::Kind::kDelete, "a", "", 6}), BulkOutcome::kDeleted);
  clock_.Advance(minutes{59});
  EXPECT_EQ(*Apply({BulkOp::Kind::kIndex, "a", "{}", 5}), BulkOutcome::kVersionConflict);
  EXPECT_EQ(Tombstones(), 1);
  clock_.Advance(minutes{2});
  EXPECT_TRUE(Apply({BulkOp::Kind::kIndex, "b", "{}", 1}));
  EXPECT_EQ(Tombstones(), 0);
  EXPECT_EQ(*Apply({BulkOp::Kind::kIndex, "a", "{}", 5}), BulkOutcome::kCreated);
}

TEST_F(EmbeddedRetention, ADocumentThatComesBackLeavesNoTombstone) {
  EXPECT_TRUE(Apply({BulkOp::Kind::kDelete, "a", "", 6}));
  EXPECT_EQ(Tombstones(), 1);
  EXPECT_EQ(*Apply({BulkOp::Kind::kIndex, "a", "{}", 7}), BulkOutcome::kCreated);
  EXPECT_EQ(Tombstones(), 0);
}

}  // namespace
}  // namespace vams
