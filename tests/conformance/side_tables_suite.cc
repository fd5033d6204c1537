#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SideTablesSuite : public Suite {
 protected:
  SideTables& tables() { return *ports().side_tables; }

  static Item Link(const std::string& id, const std::string& from, const std::string& to) {
    return MakeItem({{"assetLinkId", id},
                     {"fromAssetDatabaseId:fromAssetId", from},
                     {"toAssetDatabaseId:toAssetId", to},
                     {"relationshipType", "parentChild"}});
  }
  static Item Version(const std::string& asset, const std::string& version) {
    return MakeItem({{"assetId", asset}, {"assetVersionId", version}, {"comment", "v" + version}});
  }
  static std::vector<std::string> Names(const std::vector<Item>& items, std::string_view attribute) {
    std::vector<std::string> names;
    for (const Item& item : items) names.emplace_back(StringAttribute(item, attribute));
    return names;
  }
};

TEST_P(SideTablesSuite, MetadataOfAssetsAndFiles) {
  vams_->Put(LocalTable::kMetadata,
             {MakeItem({{"databaseId", "db"}, {"assetId", "asset"}, {"material", "steel"}}),
              MakeItem({{"databaseId", "db"}, {"assetId", "/asset/a b+c%.glb"}, {"material", "glass"}})});
  const std::vector<MetadataKey> keys{{"db", "/asset/a b+c%.glb"}, {"db", "asset/"}, {"db", "asset"}, {"DB", "asset"}};
  const auto items = Value(tables().GetMetadata(keys));
  ASSERT_THAT(items, SizeIs(4));
  EXPECT_EQ(StringAttribute(*items[0], "material"), "glass");
  EXPECT_EQ(items[1], std::nullopt);
  EXPECT_EQ(StringAttribute(*items[2], "material"), "steel");
  EXPECT_EQ(items[3], std::nullopt) << "keys are compared by their bytes";
  EXPECT_THAT(Value(tables().GetMetadata({})), IsEmpty());
}

TEST_P(SideTablesSuite, LinksByTheSortKeyOfTheOtherEnd) {
  vams_->Put(LocalTable::kLinks, {Link("1", "db:a", "db:z"), Link("2", "db:a", "db:b"), Link("3", "db:b", "db:a"),
                                  Link("4", "db:a", "DB:c"), MakeItem({{"assetLinkId", "5"}})});
  const std::vector<LinkQuery> queries{{LinkEnd::kFrom, {"db", "a"}},
                                       {LinkEnd::kTo, {"db", "a"}},
                                       {LinkEnd::kFrom, {"db", "none"}},
                                       {LinkEnd::kTo, {"db", "b"}}};
  const auto all = Value(tables().QueryLinks(queries, std::nullopt));
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_THAT(Names(all[0], "assetLinkId"), ElementsAre("4", "2", "1"));
  EXPECT_THAT(Names(all[1], "assetLinkId"), ElementsAre("3"));
  EXPECT_THAT(all[2], IsEmpty());
  EXPECT_THAT(Names(all[3], "assetLinkId"), ElementsAre("2"));

  const auto first = Value(tables().QueryLinks(queries, ItemCount{1}));
  EXPECT_THAT(Names(first[0], "assetLinkId"), ElementsAre("4")) << "the limit is for each query";
  EXPECT_THAT(first[1], SizeIs(1));
}

TEST_P(SideTablesSuite, VersionsInTheOrderOfTexts) {
  vams_->Put(LocalTable::kVersions, {Version("a", "9"), Version("a", "10"), Version("a", "0"), Version("b", "1")});
  const std::vector<std::string> ids{"a", "none", "b"};
  const auto all = Value(tables().QueryVersions(ids, std::nullopt));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(Names(all[0], "assetVersionId"), ElementsAre("0", "10", "9"));
  EXPECT_THAT(all[1], IsEmpty());
  EXPECT_THAT(Names(all[2], "comment"), ElementsAre("v1"));
  EXPECT_THAT(Names(Value(tables().QueryVersions(ids, ItemCount{2}))[0], "assetVersionId"), ElementsAre("0", "10"));
}

TEST_P(SideTablesSuite, SeesWhatWasChangedAndRemoved) {
  vams_->Put(LocalTable::kLinks, {Link("1", "db:a", "db:b")});
  vams_->Put(LocalTable::kLinks, {Link("1", "db:a", "db:c")});
  const std::vector<LinkQuery> queries{{LinkEnd::kTo, {"db", "b"}}, {LinkEnd::kTo, {"db", "c"}}};
  auto links = Value(tables().QueryLinks(queries, std::nullopt));
  EXPECT_THAT(links[0], IsEmpty());
  EXPECT_THAT(links[1], SizeIs(1));
  vams_->Delete(LocalTable::kLinks, Link("1", "db:a", "db:c"));
  EXPECT_THAT(Value(tables().QueryLinks(queries, std::nullopt))[1], IsEmpty());
}

TEST_P(SideTablesSuite, ManyKeysInOneCall) {
  std::vector<Item> items;
  std::vector<std::string> ids;
  for (int i = 0; i < 1200; ++i) {
    ids.push_back(fmt::format("asset-{}", i));
    items.push_back(Version(ids.back(), "0"));
  }
  vams_->Put(LocalTable::kVersions, items);
  const auto versions = Value(tables().QueryVersions(ids, ItemCount{1}));
  ASSERT_THAT(versions, SizeIs(1200));
  for (const auto& of_asset : versions) EXPECT_THAT(of_asset, SizeIs(1));
}

TEST_P(SideTablesSuite, TakesCallsOfSeveralThreads) {
  vams_->Put(LocalTable::kVersions, {Version("a", "0")});
  std::atomic<int> found{0};
  InThreads(4, [&](std::size_t) {
    const std::vector<std::string> ids{"a"};
    for (int i = 0; i < 50; ++i) {
      found += static_cast<int>(Value(tables().QueryVersions(ids, std::nullopt))[0].size());
    }
  });
  EXPECT_EQ(found, 200);
}

INSTANTIATE_TEST_SUITE_P(All, SideTablesSuite, testing::ValuesIn(TableBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
