#include "documents/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace vams {
namespace {

const AssetKey kChair{"db-one", "chair"};
const std::vector<SyncPlace> kOwned{{.prefix = "", .owners = {kChair}}};

std::optional<Hazard> Of(std::string_view key, const AssetKey& named = kChair,
                         const std::vector<SyncPlace>& places = kOwned) {
  return HazardOf({key, key, key}, named, places);
}

TEST(Hazards, NothingIsInTheWayOfAFileOfItsOwnAsset) {
  EXPECT_EQ(Of("chair/leg.glb"), std::nullopt);
  EXPECT_EQ(Of("chair/initial.glb"), std::nullopt);
  EXPECT_EQ(Of("chair/init/leg.glb"), std::nullopt);
  EXPECT_EQ(Of("chair/a b.glb"), std::nullopt);
}

TEST(Hazards, AKeyThatEndsInInitIsDeletedHoweverItIsWritten) {
  EXPECT_EQ(Of("chair/scene.init"), Hazard::kSyncDeletesInit);
  EXPECT_EQ(Of("chair/a.init/"), Hazard::kSyncDeletesInit);
  EXPECT_EQ(HazardOf({"chair/a+.init", "chair/a%2B.init", "chair/a+.init"}, kChair, kOwned), Hazard::kSyncDeletesInit);
  EXPECT_EQ(Of("nobody/scene.init", kChair, {{.prefix = ""}}), Hazard::kSyncDeletesInit) << "the worst is told";
}

TEST(Hazards, MetadataThatDifferFromTheOwnerAreRewritten) {
  EXPECT_EQ(Of("chair/leg.glb", {"db-two", "chair"}), Hazard::kSyncRewrites);
  EXPECT_EQ(Of("chair/leg.glb", {"db-one", "table"}), Hazard::kSyncRewrites);
}

TEST(Hazards, OfSeveralOwnersNoneIsCertain) {
  const AssetKey twin{"db-two", "chair"};
  EXPECT_EQ(Of("chair/leg.glb", kChair, {{.prefix = "", .owners = {kChair, twin}}}), Hazard::kSyncRewrites);
  const AssetKey archived{"db-one#deleted", "chair"};
  EXPECT_EQ(Of("chair/leg.glb", kChair, {{.prefix = "", .owners = {kChair, archived}}}), Hazard::kSyncRewrites);
}

TEST(Hazards, AnUnknownFirstPartBecomesAnAsset) {
  EXPECT_EQ(Of("elsewhere/chair/leg.glb", kChair, {{.prefix = ""}}), Hazard::kUnknownAsset);
}

TEST(Hazards, ReservedNamesAndWrongIdsEndTheRecord) {
  for (const auto* key : {"piplines/x.glb", "previews/x.glb", "temp-upload/x.glb", "/x.glb", "a:b/x.glb", "x/y.glb"}) {
    EXPECT_EQ(Of(key), Hazard::kSyncRefusesKey) << key;
  }
  EXPECT_EQ(Of("chair/leg.glb", kChair, {}), Hazard::kSyncRefusesKey) << "below no bucket record";
}

TEST(Hazards, EachReaderMustReadTheKeyThatIsMeant) {
  EXPECT_EQ(HazardOf({"chair/a+b.glb", "chair/a%2Bb.glb", "chair/a+b.glb"}, kChair, kOwned), Hazard::kSyncMisreadsKey);
  EXPECT_EQ(HazardOf({"chair/a+b.glb", "chair/a+b.glb", "chair/a b.glb"}, kChair, kOwned), Hazard::kIndexerMisreadsKey);
}

TEST(Hazards, EveryPlaceThatMayBeBehindTheTopicMustBeHarmless) {
  const SyncPlace whole{.prefix = "", .owners = {}};
  const SyncPlace part{.prefix = "assets/", .owners = {kChair}};
  const SyncPlace other{.prefix = "", .owners = {{"db-one", "assets"}}};
  EXPECT_EQ(Of("assets/chair/leg.glb", kChair, {part}), std::nullopt);
  EXPECT_EQ(Of("assets/chair/leg.glb", kChair, {whole, part}), Hazard::kUnknownAsset);
  EXPECT_EQ(Of("assets/chair/leg.glb", kChair, {other, whole}), Hazard::kUnknownAsset)
      << "what --allow-rewrites permits must not hide what it does not";
}

TEST(Hazards, ABucketRecordThatSyncCannotFindIsToldLast) {
  SyncPlace place{.prefix = "assets/", .owners = {kChair}, .found = false};
  EXPECT_EQ(Of("assets/chair/leg.glb", kChair, {place}), Hazard::kSyncRefusesBucket);
  EXPECT_FALSE(HoldsBack(Hazard::kSyncRefusesBucket));
  place.owners.clear();
  EXPECT_EQ(Of("assets/chair/leg.glb", kChair, {place}), Hazard::kUnknownAsset);
}

TEST(Hazards, SyncFindsThePrefixThatVamsStores) {
  EXPECT_TRUE(SyncFindsPrefix("/"));
  EXPECT_TRUE(SyncFindsPrefix("a/b/"));
  EXPECT_FALSE(SyncFindsPrefix("a/b"));
  EXPECT_FALSE(SyncFindsPrefix("/a/"));
  EXPECT_FALSE(SyncFindsPrefix(""));
  EXPECT_FALSE(SyncFindsPrefix(std::nullopt));
}

TEST(Hazards, EachHasANameAnExplanationAndAFix) {
  std::set<std::string_view> names;
  for (const Hazard hazard :
       {Hazard::kSyncDeletesInit, Hazard::kUnknownAsset, Hazard::kSyncRewrites, Hazard::kSyncRefusesKey,
        Hazard::kSyncRefusesBucket, Hazard::kSyncMisreadsKey, Hazard::kIndexerMisreadsKey}) {
    const HazardInfo& info = InfoOf(hazard);
    EXPECT_EQ(info.hazard, hazard);
    EXPECT_EQ(HazardNamed(info.name), &info);
    EXPECT_FALSE(info.explanation.empty());
    EXPECT_THAT(std::string(info.fix), testing::HasSubstr("verify --repair"));
    names.insert(info.name);
  }
  EXPECT_EQ(names.size(), 7u);
  EXPECT_EQ(HazardNamed("folder-marker"), nullptr);
  EXPECT_EQ(CauseOf(Hazard::kSyncRewrites), "withheld: sync-rewrites");
}

}  // namespace
}  // namespace vams
