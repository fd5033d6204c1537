#include <set>

#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class ChangeStreamSuite : public Suite {
 protected:
  ChangeStream& stream() { return *ports().changes; }

  // Everything of every shard after what `consumer` has confirmed; nothing is confirmed.
  std::vector<ChangeRecord> ReadAll(const std::string& consumer = "nobody", std::uint64_t limit = 100) {
    std::vector<ChangeRecord> records;
    for (const std::string& shard : Value(stream().Shards())) {
      auto from = Value(stream().LoadCheckpoint(consumer, shard));
      for (;;) {
        ChangePage page = Value(stream().Read(shard, from, ItemCount{limit}));
        EXPECT_LE(page.records.size(), limit);
        const bool empty = page.records.empty();
        for (ChangeRecord& record : page.records) records.push_back(std::move(record));
        from = std::move(page.next);
        if (empty || !from) break;
      }
    }
    return records;
  }
  void ConfirmAll(const std::string& consumer) {
    for (const std::string& shard : Value(stream().Shards())) {
      auto from = Value(stream().LoadCheckpoint(consumer, shard));
      for (;;) {
        ChangePage page = Value(stream().Read(shard, from, ItemCount{100}));
        if (page.records.empty() || !page.next) break;
        from = std::move(page.next);
        Value(stream().SaveCheckpoint(consumer, shard, *from));
      }
    }
  }
};

TEST_P(ChangeStreamSuite, TellsInsertModifyAndRemoveOfEachTableInOrder) {
  const Item asset = MakeAsset("db", "asset");
  Item changed = asset;
  changed.Set("assetName", "Hall");
  const Item metadata = MakeItem({{"databaseId", "db"}, {"assetId", "/asset/a.glb"}, {"material", "steel"}});
  const Item link = MakeItem({{"assetLinkId", "link"}, {"relationshipType", "related"}});
  vams_->Put(LocalTable::kAssets, {asset});
  vams_->Put(LocalTable::kAssets, {changed});
  vams_->Put(LocalTable::kMetadata, {metadata});
  vams_->Put(LocalTable::kLinks, {link});
  vams_->Delete(LocalTable::kAssets, asset);
  vams_->Delete(LocalTable::kLinks, link);
  // Tables without a stream.
  vams_->Put(LocalTable::kBuckets, {MakeItem({{"bucketId", "b"}, {"bucketName:baseAssetsPrefix", "b:/"}})});
  vams_->Put(LocalTable::kVersions, {MakeItem({{"assetId", "a"}, {"assetVersionId", "0"}})});

  const auto records = ReadAll();
  std::vector<ChangeRecord> assets;
  std::size_t others = 0;
  for (const ChangeRecord& record : records) {
    if (record.table == ChangedTable::kAssets) {
      assets.push_back(record);
    } else {
      ++others;
    }
  }
  EXPECT_EQ(others, 3u);
  ASSERT_THAT(assets, SizeIs(3));
  EXPECT_EQ(assets[0].kind, ChangeKind::kInsert);
  EXPECT_EQ(Comparable(assets[0].new_image.value()), Comparable(asset));
  EXPECT_EQ(assets[1].kind, ChangeKind::kModify);
  EXPECT_EQ(Comparable(assets[1].new_image.value()), Comparable(changed));
  EXPECT_EQ(assets[2].kind, ChangeKind::kRemove);
  EXPECT_EQ(assets[2].new_image, std::nullopt);
  for (const ChangeRecord& record : assets) {
    EXPECT_EQ(Comparable(record.keys), Comparable(MakeItem({{"databaseId", "db"}, {"assetId", "asset"}})));
    EXPECT_EQ(record.old_image, std::nullopt);
  }
  EXPECT_LT(assets[0].sequence, assets[1].sequence);
  for (const ChangeRecord& record : records) {
    if (record.table == ChangedTable::kLinks) {
      EXPECT_EQ(StringAttribute(record.keys, "assetLinkId"), "link");
    }
    if (record.table == ChangedTable::kMetadata) {
      EXPECT_EQ(StringAttribute(record.keys, "assetId"), "/asset/a.glb");
    }
  }
}

TEST_P(ChangeStreamSuite, ARemovedLinkTellsItsTwoAssets) {
  const Item link = MakeItem({{"assetLinkId", "link"},
                              {"fromAssetDatabaseId:fromAssetId", "db:a\"b"},
                              {"toAssetDatabaseId:toAssetId", "db:\u00e9"},
                              {"relationshipType", "related"}});
  vams_->Put(LocalTable::kLinks, {link});
  vams_->Delete(LocalTable::kLinks, link);
  const auto records = ReadAll();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].new_image, std::nullopt);
  Item keys = MakeItem({{"assetLinkId", "link"}});
  if (GetParam().deviations.removals_tell_index_keys) {
    keys.Set("fromAssetDatabaseId:fromAssetId", "db:a\"b");
    keys.Set("toAssetDatabaseId:toAssetId", "db:\u00e9");
  }
  EXPECT_EQ(records[1].keys, keys);
}

TEST_P(ChangeStreamSuite, AWriteThatChangesNothingLeavesNoRecord) {
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "asset")});
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "asset")});
  const AssetKey key{"db", "asset"};
  Value(ports().assets->Touch({&key, 1}, "now"));
  Value(ports().assets->Touch({&key, 1}, "now"));
  Value(ports().assets->Clear({&key, 1}, ClearTouch::kRemove));
  Value(ports().assets->Clear({&key, 1}, ClearTouch::kRemove));
  auto records = ReadAll();
  if (!GetParam().deviations.equal_writes_leave_no_record) {
    ASSERT_THAT(records, SizeIs(5)) << "insert twice, touch twice, clear; the second clear is refused";
    EXPECT_EQ(Comparable(records[0].new_image.value()), Comparable(records[1].new_image.value()));
    EXPECT_EQ(Comparable(records[2].new_image.value()), Comparable(records[3].new_image.value()));
    records = {records[0], records[2], records[4]};
  }
  ASSERT_THAT(records, SizeIs(3)) << "insert, touch, clear";
  EXPECT_EQ(StringAttribute(*records[1].new_image, kReindexDateAttribute), "now");
  EXPECT_EQ(Comparable(records[2].new_image.value()), Comparable(MakeAsset("db", "asset")));
}

TEST_P(ChangeStreamSuite, ReadsInPagesOfAnySize) {
  std::vector<Item> items;
  for (int i = 0; i < 53; ++i) items.push_back(MakeAsset("db", fmt::format("asset-{}", i)));
  vams_->Put(LocalTable::kAssets, items);
  for (const std::uint64_t limit : {1u, 10u, 53u, 1000u}) {
    std::set<std::string> seen;
    for (const ChangeRecord& record : ReadAll("nobody", limit)) {
      EXPECT_TRUE(seen.insert(std::string(StringAttribute(record.keys, "assetId"))).second);
    }
    EXPECT_THAT(seen, SizeIs(53)) << limit;
  }
}

TEST_P(ChangeStreamSuite, AnEmptyPageTellsWhereToGoOn) {
  for (const std::string& shard : Value(stream().Shards())) {
    const ChangePage page = Value(stream().Read(shard, std::nullopt, ItemCount{10}));
    EXPECT_THAT(page.records, IsEmpty());
    EXPECT_NE(page.next, std::nullopt);
  }
}

TEST_P(ChangeStreamSuite, RefusesWhatIsNotThere) {
  EXPECT_EQ(CodeOf(stream().Read("no shard", std::nullopt, ItemCount{1})), ErrorCode::kNotFound);
  const std::string shard = Value(stream().Shards()).at(0);
  EXPECT_EQ(CodeOf(stream().Read(shard, Cursor{"no cursor"}, ItemCount{1})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(stream().Read(shard, std::nullopt, ItemCount{0})), ErrorCode::kInvalid);
}

TEST_P(ChangeStreamSuite, CheckpointsAreKeptByConsumerAndNeverGoBack) {
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "a"), MakeAsset("db", "b"), MakeAsset("db", "c")});
  const std::string shard = Value(stream().Shards()).at(0);
  EXPECT_EQ(Value(stream().LoadCheckpoint("one", shard)), std::nullopt);
  const auto first = Value(stream().Read(shard, std::nullopt, ItemCount{1}));
  const auto second = Value(stream().Read(shard, first.next, ItemCount{1}));
  Value(stream().SaveCheckpoint("one", shard, *second.next));
  Value(stream().SaveCheckpoint("one", shard, *first.next));
  EXPECT_EQ(Value(stream().LoadCheckpoint("one", shard)), second.next);
  EXPECT_EQ(Value(stream().LoadCheckpoint("two", shard)), std::nullopt);
  EXPECT_THAT(ReadAll("one"), SizeIs(1));
  Deployment other = vams_->OpenAgain();
  EXPECT_EQ(Value(other.changes->LoadCheckpoint("one", shard)), second.next);
}

TEST_P(ChangeStreamSuite, BacklogCountsWhatIsNotConfirmed) {
  EXPECT_EQ(Value(stream().Backlog("one")).value_or(ItemCount{0}).value, 0u);
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "a"), MakeAsset("db", "b")});
  EXPECT_EQ(Value(stream().Backlog("one")).value_or(ItemCount{2}).value, 2u);
  ConfirmAll("one");
  EXPECT_EQ(Value(stream().Backlog("one")).value_or(ItemCount{0}).value, 0u);
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "c")});
  EXPECT_EQ(Value(stream().Backlog("one")).value_or(ItemCount{1}).value, 1u);
  EXPECT_THAT(ReadAll("one"), SizeIs(1));
}

TEST_P(ChangeStreamSuite, ASlowConsumerLosesNothing) {
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "a"), MakeAsset("db", "b")});
  const std::string shard = Value(stream().Shards()).at(0);
  const auto first = Value(stream().Read(shard, std::nullopt, ItemCount{1}));
  Value(stream().SaveCheckpoint("slow", shard, *first.next));
  ConfirmAll("fast");
  EXPECT_THAT(ReadAll("slow"), SizeIs(1));
}

TEST_P(ChangeStreamSuite, ParkingARecordIsASuccess) {
  vams_->Put(LocalTable::kAssets, {MakeAsset("db", "a")});
  const auto records = ReadAll();
  EXPECT_TRUE(stream().Park(records.at(0), "not to be read"));
}

TEST_P(ChangeStreamSuite, TakesCallsOfSeveralThreads) {
  std::atomic<std::size_t> written{0};
  InThreads(4, [&](std::size_t thread) {
    for (int i = 0; i < 25; ++i) {
      vams_->Put(LocalTable::kAssets, {MakeAsset(fmt::format("db-{}", thread), fmt::format("asset-{}", i))});
      written += 1;
      ReadAll("nobody", 10);
    }
  });
  const auto records = ReadAll();
  EXPECT_THAT(records, SizeIs(written.load()));
  std::set<std::string> sequences;
  for (const ChangeRecord& record : records) sequences.insert(record.sequence);
  EXPECT_THAT(sequences, SizeIs(100));
}

INSTANTIATE_TEST_SUITE_P(All, ChangeStreamSuite, testing::ValuesIn(TableBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
