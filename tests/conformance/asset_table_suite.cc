#include <rapidcheck.h>

#include <set>

#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class AssetTableSuite : public Suite {
 protected:
  AssetTable& table() { return *ports().assets; }

  void PutAssets(std::size_t count) {
    std::vector<Item> items;
    for (std::size_t i = 0; i < count; ++i) items.push_back(MakeAsset(fmt::format("db-{}", i % 3), Name(i)));
    vams_->Put(LocalTable::kAssets, items);
  }
  static std::string Name(std::size_t i) { return fmt::format("asset-{:04}", i); }

  std::vector<AssetRecord> ScanSegment(Segment segment, std::uint64_t limit) {
    std::vector<AssetRecord> records;
    std::optional<Cursor> from;
    do {
      AssetPage page = Value(table().Scan(segment, from, ItemCount{limit}));
      EXPECT_LE(page.items.size(), limit);
      for (AssetRecord& record : page.items) records.push_back(std::move(record));
      from = std::move(page.next);
    } while (from);
    return records;
  }
  std::optional<Item> ItemOf(const AssetKey& key) {
    auto records = Value(table().GetMany({&key, 1}));
    if (!records.at(0)) return std::nullopt;
    return std::move(records[0]->item);
  }
};

TEST_P(AssetTableSuite, ScanOfNothingIsDone) {
  const AssetPage page = Value(table().Scan({0, 1}, std::nullopt, ItemCount{10}));
  EXPECT_THAT(page.items, IsEmpty());
  EXPECT_EQ(page.next, std::nullopt);
}

TEST_P(AssetTableSuite, ScanGivesEveryRecordOnceInPages) {
  PutAssets(57);
  for (const std::uint64_t limit : {1u, 7u, 57u, 1000u}) {
    std::set<AssetKey> seen;
    for (const AssetRecord& record : ScanSegment({0, 1}, limit)) {
      EXPECT_TRUE(seen.insert(record.key).second);
      EXPECT_EQ(StringAttribute(record.item, "assetName"), "Turbine");
    }
    EXPECT_THAT(seen, SizeIs(57)) << limit;
  }
}

TEST_P(AssetTableSuite, SegmentsAreDisjointAndTogetherTheTable) {
  PutAssets(200);
  for (std::size_t i = 20; i < 120; ++i) {
    vams_->Delete(LocalTable::kAssets, MakeAsset(fmt::format("db-{}", i % 3), Name(i)));
  }
  EXPECT_TRUE(rc::check([&] {
    const auto total = *rc::gen::inRange<std::uint32_t>(1, 40);
    const auto limit = *rc::gen::inRange<std::uint64_t>(1, 60);
    std::set<AssetKey> seen;
    for (std::uint32_t i = 0; i < total; ++i) {
      for (const AssetRecord& record : ScanSegment({i, total}, limit)) RC_ASSERT(seen.insert(record.key).second);
    }
    RC_ASSERT(seen.size() == 100u);
  }));
}

TEST_P(AssetTableSuite, ManySegmentsOfAFewRecords) {
  PutAssets(3);
  std::size_t records = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) records += ScanSegment({i, 2000}, 10).size();
  EXPECT_EQ(records, 3u);
  EXPECT_THAT(ScanSegment({999'999, 1'000'000}, 10), IsEmpty());
}

TEST_P(AssetTableSuite, RefusesASegmentThatDoesNotExist) {
  EXPECT_EQ(CodeOf(table().Scan({1, 1}, std::nullopt, ItemCount{1})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(table().Scan({0, 0}, std::nullopt, ItemCount{1})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(table().Scan({0, 1'000'001}, std::nullopt, ItemCount{1})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(table().Scan({0, 1}, std::nullopt, ItemCount{0})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(table().Scan({0, 1}, Cursor{"no cursor of ours"}, ItemCount{1})), ErrorCode::kInvalid);
}

TEST_P(AssetTableSuite, ACursorIsGoodInAnotherProcessAndAgain) {
  PutAssets(40);
  const AssetPage first = Value(table().Scan({0, 1}, std::nullopt, ItemCount{15}));
  ASSERT_TRUE(first.next);
  Deployment other = vams_->OpenAgain();
  const AssetPage once = Value(other.assets->Scan({0, 1}, first.next, ItemCount{100}));
  const AssetPage again = Value(table().Scan({0, 1}, first.next, ItemCount{100}));
  EXPECT_THAT(once.items, SizeIs(40 - first.items.size()));
  EXPECT_EQ(once.items.size(), again.items.size());
}

TEST_P(AssetTableSuite, ScanKeepsWhatStaysWhileOthersWrite) {
  PutAssets(100);
  std::set<AssetKey> seen;
  std::optional<Cursor> from;
  std::size_t round = 0;
  do {
    AssetPage page = Value(table().Scan({0, 1}, from, ItemCount{10}));
    for (const AssetRecord& record : page.items) EXPECT_TRUE(seen.insert(record.key).second);
    // One new record, one changed and one removed in front of or behind the scan.
    vams_->Put(LocalTable::kAssets, {MakeAsset("db-new", Name(round)), MakeAsset("db-0", Name(0), "bucket-2")});
    vams_->Delete(LocalTable::kAssets, MakeAsset(fmt::format("db-{}", (99 - round) % 3), Name(99 - round)));
    ++round;
    from = std::move(page.next);
  } while (from && round < 50);
  for (std::size_t i = 0; i < 80; ++i) EXPECT_TRUE(seen.contains({fmt::format("db-{}", i % 3), Name(i)})) << i;
}

TEST_P(AssetTableSuite, GetManyAnswersInOrderWithWhatIsNotThere) {
  PutAssets(3);
  const std::vector<AssetKey> keys{{"db-1", Name(1)}, {"db-1", "nothing"}, {"db-0", Name(0)}, {"db-1", Name(1)}};
  const auto records = Value(table().GetMany(keys));
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[0]->key, keys[0]);
  EXPECT_EQ(records[1], std::nullopt);
  EXPECT_EQ(records[2]->key, keys[2]);
  EXPECT_EQ(records[3]->key, keys[3]);
  EXPECT_THAT(Value(table().GetMany({})), IsEmpty());
}

TEST_P(AssetTableSuite, KeepsEveryAttributeTypeAndTheirOrder) {
  Item item = MakeAsset("db", "asset");
  item.Set("zeta", AttributeValue::Number{"12345678901234567890.5"});
  item.Set("alpha", AttributeValue::Binary{std::string("\0\xFF", 2)});
  item.Set("flag", true);
  item.Set("nothing", AttributeValue::Null{});
  item.Set("list", AttributeValue::List{"a", AttributeValue::Number{"1"}, AttributeValue::List{}});
  item.Set("map", MakeItem({{"z", "1"}, {"a", "2"}}));
  item.Set("texts", AttributeValue::StringSet{{"b", "a"}});
  item.Set("quotes \" \\ \n \xF0\x9F\x98\x80", "\x01 \xE2\x82\xAC");
  vams_->Put(LocalTable::kAssets, {item});
  const AssetKey key{"db", "asset"};
  EXPECT_EQ(Comparable(ItemOf(key).value()), Comparable(item));
  ASSERT_TRUE(Value(table().Touch({&key, 1}, "2025-06-01T00:00:00.000001+00:00"))[0]);
  item.Set("_os_reindex_date", "2025-06-01T00:00:00.000001+00:00");
  EXPECT_EQ(Comparable(ItemOf(key).value()), Comparable(item)) << "a touch changes one attribute and no order";
}

TEST_P(AssetTableSuite, ScanGetManyAndTouchManyAtOnce) {
  PutAssets(2500);
  std::vector<AssetKey> keys;
  for (const AssetRecord& record : ScanSegment({0, 1}, 1000)) keys.push_back(record.key);
  EXPECT_THAT(Value(table().GetMany(keys)), SizeIs(2500));
  EXPECT_THAT(Value(table().Touch(keys, "now")), SizeIs(2500));
}

TEST_P(AssetTableSuite, FindsByBucketAndAssetInEveryDatabase) {
  vams_->Put(LocalTable::kAssets,
             {MakeAsset("db-z", "same"), MakeAsset("db-a", "same"), MakeAsset("db-a", "other"),
              MakeAsset("db-b", "same", "bucket-2"), MakeItem({{"databaseId", "db-c"}, {"assetId", "same"}})});
  const auto found = Value(table().FindInBucket("bucket-1", "same"));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].key.database_id, "db-a");
  EXPECT_EQ(found[1].key.database_id, "db-z");
  EXPECT_THAT(Value(table().FindInBucket("bucket-9", "same")), IsEmpty());
}

TEST_P(AssetTableSuite, FindsManyByBucketAndAssetInOrder) {
  vams_->Put(LocalTable::kAssets, {MakeAsset("db-z", "same"), MakeAsset("db-a", "same"), MakeAsset("db-a", "other"),
                                   MakeAsset("db-b", "same", "bucket-2")});
  const std::vector<BucketAsset> wanted{
      {"bucket-2", "same"}, {"bucket-1", "none"}, {"bucket-1", "same"}, {"bucket-1", "other"}, {"bucket-2", "same"}};
  const auto found = Value(table().FindManyInBucket(wanted));
  ASSERT_THAT(found, SizeIs(wanted.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto one = Value(table().FindInBucket(wanted[i].bucket_id, wanted[i].asset_id));
    ASSERT_EQ(found[i].size(), one.size());
    for (std::size_t n = 0; n < one.size(); ++n) EXPECT_EQ(found[i][n].key, one[n].key);
  }
  EXPECT_THAT(found[2], SizeIs(2));
}

TEST_P(AssetTableSuite, TouchTellsWhatIsGoneAndBringsNothingBack) {
  PutAssets(2);
  const std::vector<AssetKey> keys{{"db-0", Name(0)}, {"db-0", "gone"}, {"db-1", Name(1)}};
  const auto outcomes = Value(table().Touch(keys, "2025-06-01T00:00:00.000001+00:00"));
  ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(outcomes[0], TouchOutcome::kDone);
  EXPECT_EQ(outcomes[1], TouchOutcome::kGone);
  EXPECT_EQ(outcomes[2], TouchOutcome::kDone);
  EXPECT_EQ(ItemOf(keys[1]), std::nullopt);
  EXPECT_EQ(StringAttribute(*ItemOf(keys[0]), kReindexDateAttribute), "2025-06-01T00:00:00.000001+00:00");
}

TEST_P(AssetTableSuite, TouchReplacesAnOlderTouchOfAnyType) {
  Item item = MakeAsset("db", "asset");
  item.Set(std::string(kReindexDateAttribute), AttributeValue::Null{});
  item.Set("after", "x");
  vams_->Put(LocalTable::kAssets, {item});
  const AssetKey key{"db", "asset"};
  ASSERT_TRUE(Value(table().Touch({&key, 1}, "it's \"quoted\""))[0]);
  EXPECT_EQ(StringAttribute(*ItemOf(key), kReindexDateAttribute), "it's \"quoted\"");
  EXPECT_EQ(ItemOf(key)->size(), item.size());
}

TEST_P(AssetTableSuite, TouchOfAKeyWithoutIdsIsAnErrorOfThatKeyAlone) {
  PutAssets(1);
  const std::vector<AssetKey> keys{{"", Name(0)}, {"db-0", Name(0)}};
  const auto outcomes = Value(table().Touch(keys, "now"));
  EXPECT_EQ(CodeOf(outcomes[0]), ErrorCode::kInvalid);
  EXPECT_EQ(outcomes[1], TouchOutcome::kDone);
}

TEST_P(AssetTableSuite, ClearRemovesOrSetsNull) {
  PutAssets(3);
  const std::vector<AssetKey> keys{{"db-0", Name(0)}, {"db-1", Name(1)}};
  Value(table().Touch(keys, "now"));
  const std::vector<AssetKey> remove{keys[0], {"db-2", Name(2)}, {"db-9", "gone"}};
  auto outcomes = Value(table().Clear(remove, ClearTouch::kRemove));
  EXPECT_EQ(outcomes[0], TouchOutcome::kDone);
  EXPECT_EQ(outcomes[1], TouchOutcome::kGone) << "it was not there";
  EXPECT_EQ(outcomes[2], TouchOutcome::kGone);
  EXPECT_EQ(Comparable(ItemOf(keys[0]).value()), Comparable(MakeAsset("db-0", Name(0))));

  const std::vector<AssetKey> set_null{keys[1], keys[0]};
  outcomes = Value(table().Clear(set_null, ClearTouch::kSetNull));
  EXPECT_EQ(outcomes[0], TouchOutcome::kDone);
  EXPECT_EQ(outcomes[1], TouchOutcome::kGone);
  const auto item = ItemOf(keys[1]);
  ASSERT_NE(item->Find(kReindexDateAttribute), nullptr);
  EXPECT_NE(item->Find(kReindexDateAttribute)->As<AttributeValue::Null>(), nullptr);
}

TEST_P(AssetTableSuite, DifficultIds) {
  const std::vector<std::string> ids{"with space", "a'b\"c", "\xC3\xA4\xF0\x9F\x98\x80", "50%+1",
                                     "#deleted",   "a\nb",   std::string(1024, 'x')};
  std::vector<Item> items;
  std::vector<AssetKey> keys;
  for (const std::string& id : ids) {
    items.push_back(MakeAsset("db" + id, id));
    keys.push_back({"db" + id, id});
  }
  vams_->Put(LocalTable::kAssets, items);
  for (const auto& outcome : Value(table().Touch(keys, "now"))) EXPECT_EQ(outcome, TouchOutcome::kDone);
  const auto records = Value(table().GetMany(keys));
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(records[i]->key, keys[i]);
}

TEST_P(AssetTableSuite, CountsAboutRight) {
  PutAssets(12);
  const auto count = Value(table().ApproximateCount());
  EXPECT_GE(count.value, 6u);
  EXPECT_LE(count.value, 24u);
}

TEST_P(AssetTableSuite, TakesCallsOfSeveralThreads) {
  PutAssets(240);
  std::atomic<std::size_t> done{0};
  std::atomic<std::size_t> scanned{0};
  InThreads(4, [&](std::size_t thread) {
    std::vector<AssetKey> keys;
    for (std::size_t i = thread; i < 240; i += 4) keys.push_back({fmt::format("db-{}", i % 3), Name(i)});
    for (std::size_t i = 0; i < keys.size(); i += 10) {
      for (const auto& outcome : Value(table().Touch(std::span(keys).subspan(i, 10), "now"))) {
        done += outcome == TouchOutcome::kDone ? 1 : 0;
      }
    }
    const Segment segment{static_cast<std::uint32_t>(thread), 4};
    scanned += ScanSegment(segment, 7).size();
  });
  EXPECT_EQ(done, 240u);
  EXPECT_EQ(scanned, 240u);
}

INSTANTIATE_TEST_SUITE_P(All, AssetTableSuite, testing::ValuesIn(TableBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
