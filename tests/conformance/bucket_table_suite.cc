#include <set>

#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class BucketTableSuite : public Suite {
 protected:
  BucketTable& table() { return *ports().buckets; }
  static Item Record(const std::string& id, const std::string& name, const std::string& prefix) {
    return MakeItem({{"bucketId", id},
                     {"bucketName:baseAssetsPrefix", name + ":" + prefix},
                     {"bucketName", name},
                     {"baseAssetsPrefix", prefix}});
  }
};

TEST_P(BucketTableSuite, ScanGivesEveryRecordOnceInPages) {
  std::vector<Item> items;
  for (int i = 0; i < 23; ++i) items.push_back(Record(fmt::format("id-{}", i / 2), fmt::format("bucket-{}", i), "/"));
  vams_->Put(LocalTable::kBuckets, items);
  for (const std::uint64_t limit : {1u, 10u, 23u, 100u}) {
    std::set<std::string> names;
    std::optional<Cursor> from;
    do {
      BucketPage page = Value(table().Scan(from, ItemCount{limit}));
      EXPECT_LE(page.items.size(), limit);
      for (const BucketRecord& record : page.items) EXPECT_TRUE(names.insert(record.bucket_name).second);
      from = std::move(page.next);
    } while (from);
    EXPECT_THAT(names, SizeIs(23)) << limit;
  }
}

TEST_P(BucketTableSuite, EmptyTable) {
  const BucketPage page = Value(table().Scan(std::nullopt, ItemCount{5}));
  EXPECT_THAT(page.items, IsEmpty());
  EXPECT_EQ(page.next, std::nullopt);
  EXPECT_EQ(CodeOf(table().Scan(std::nullopt, ItemCount{0})), ErrorCode::kInvalid);
  EXPECT_EQ(CodeOf(table().Scan(Cursor{"?"}, ItemCount{1})), ErrorCode::kInvalid);
}

TEST_P(BucketTableSuite, PrefixesAreAsStored) {
  Item bare = Record("bare", "bucket", "x");
  bare.Erase("baseAssetsPrefix");
  vams_->Put(LocalTable::kBuckets,
             {Record("slash", "bucket", "/"), Record("folder", "bucket", "a/b/"), Record("open", "bucket", "a"), bare});
  const std::vector<std::string> ids{"slash", "folder", "open", "bare"};
  const auto records = Value(table().GetMany(ids));
  EXPECT_EQ(records[0]->base_prefix, "/");
  EXPECT_EQ(records[1]->base_prefix, "a/b/");
  EXPECT_EQ(records[2]->base_prefix, "a");
  EXPECT_EQ(records[3]->base_prefix, std::nullopt);
}

TEST_P(BucketTableSuite, GetManyTakesTheFirstBySortKey) {
  vams_->Put(LocalTable::kBuckets, {Record("id", "b-second", "/"), Record("id", "a-first", "/"),
                                    Record("id", "B-before-all", "/"), Record("other", "0", "/")});
  const std::vector<std::string> ids{"nothing", "id", "other", "id"};
  const auto records = Value(table().GetMany(ids));
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[0], std::nullopt);
  EXPECT_EQ(records[1]->bucket_name, "B-before-all") << "bytes decide, capitals first";
  EXPECT_EQ(records[2]->bucket_name, "0");
  EXPECT_EQ(records[3]->bucket_name, "B-before-all");
  EXPECT_THAT(Value(table().GetMany({})), IsEmpty());
}

TEST_P(BucketTableSuite, ARecordWithoutBucketNameComesWithNone) {
  Item item = Record("id", "x", "/");
  item.Erase("bucketName");
  vams_->Put(LocalTable::kBuckets, {item});
  const std::vector<std::string> ids{"id"};
  EXPECT_EQ(Value(table().GetMany(ids))[0]->bucket_name, "");
}

TEST_P(BucketTableSuite, TakesCallsOfSeveralThreads) {
  vams_->Put(LocalTable::kBuckets, {Record("id", "bucket", "/")});
  std::atomic<int> found{0};
  InThreads(4, [&](std::size_t) {
    const std::vector<std::string> ids{"id"};
    for (int i = 0; i < 50; ++i) {
      found += Value(table().GetMany(ids))[0] ? 1 : 0;
      found += static_cast<int>(Value(table().Scan(std::nullopt, ItemCount{3})).items.size());
    }
  });
  EXPECT_EQ(found, 400);
}

INSTANTIATE_TEST_SUITE_P(All, BucketTableSuite, testing::ValuesIn(TableBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
