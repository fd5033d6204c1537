#include "documents/expected_documents.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "testing/fake_clock.h"
#include "testing/refusing_ports.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

using Kind = Decision::Kind;

class ExpectedDocumentsTest : public ::testing::TestWithParam<Compatibility> {
 protected:
  ExpectedDocumentsTest() : vams(clock) { FillSample(vams); }

  std::vector<Decision> Objects(const std::vector<std::string>& keys) {
    std::vector<ObjectEntry> entries;
    for (const std::string& key : keys)
      entries.push_back({.key = key, .size = 0, .last_modified = {}, .etag = {}, .head = {}});
    ExpectedDocuments expected(vams.source(), GetParam());
    auto decisions = expected.ForObjects(kBucket, entries);
    EXPECT_TRUE(decisions) << decisions.error().message;
    if (decisions) ExpectSameWithoutDocuments(entries, *decisions);
    return decisions.value_or(std::vector<Decision>{});
  }

  // The short way to the decisions must lead where the long one does, but for what the metadata table holds.
  void ExpectSameWithoutDocuments(const std::vector<ObjectEntry>& entries, const std::vector<Decision>& whole) {
    ExpectedDocuments expected(vams.source(), GetParam());
    const auto decided = expected.DecideObjects(kBucket, entries);
    ASSERT_TRUE(decided);
    ASSERT_EQ(decided->size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      ASSERT_TRUE((*decided)[i]) << entries[i].key;
      const ObjectDecision& one = *(*decided)[i];
      const bool by_metadata = whole[i].rule == "value-bytes" || whole[i].rule == "value-unsendable";
      EXPECT_EQ(one.decision.kind, by_metadata ? Kind::kIndex : whole[i].kind) << entries[i].key;
      EXPECT_EQ(one.decision.document.id, whole[i].document.id);
      EXPECT_EQ(one.decision.document.body, "");
      if (by_metadata) continue;
      EXPECT_EQ(one.decision.rule, whole[i].rule);
      if (whole[i].kind == Kind::kIndex) {
        EXPECT_TRUE(whole[i].document.id.starts_with(one.asset->key.database_id + "#" + one.asset->key.asset_id + "#"));
      }
    }
  }

  FakeClock clock;
  MemoryDeployment vams;
};

INSTANTIATE_TEST_SUITE_P(Both, ExpectedDocumentsTest,
                         ::testing::Values(Compatibility::kUpstream, Compatibility::kRepaired));

TEST_P(ExpectedDocumentsTest, AFileHasItsWholeDocument) {
  ASSERT_TRUE(PutFile(vams, "chair/leg.GLB"));
  vams.PutMetadata(MetadataItem("db-one", "/chair/leg.GLB", "Owner", "Ada"));
  const auto decisions = Objects({"chair/leg.GLB"});
  ASSERT_EQ(decisions[0].kind, Kind::kIndex);
  EXPECT_EQ(decisions[0].document.id, "db-one#chair#/leg.GLB");
  EXPECT_EQ(decisions[0].document.body,
            R"({"MD_str_owner":"Ada","bool_archived":false,"date_lastmodified":"2025-03-04T05:06:07+00:00",)"
            R"("list_tags":["wood"],"num_filesize":12,"str_assetid":"chair","str_assetname":"The chair",)"
            R"("str_bucketid":"bucket-1","str_bucketname":"files","str_bucketprefix":"","str_databaseid":"db-one",)"
            R"("str_etag":"e1","str_fileext":"glb","str_key":"/leg.GLB","str_s3_version_id":"null"})");
  EXPECT_EQ(nlohmann::json::parse(decisions[0].document.body).dump(), decisions[0].document.body);
}

TEST_P(ExpectedDocumentsTest, EachSkipNamesItsRule) {
  ASSERT_TRUE(PutFile(vams, "chair/LICENSE"));
  ASSERT_TRUE(PutFile(vams, "chair/preview.png"));
  ObjectHead nameless = HeadOf(kChair);
  nameless.metadata.clear();
  ASSERT_TRUE(vams.PutObject({kBucket, "chair/x.y"}, nameless));
  const auto decisions =
      Objects({"chair/", "chair/a.previewFile.b", "chair/preview.png", "chair/LICENSE", "chair/x.y"});
  const std::vector<std::string> rules{"folder-marker", "preview-file", "reserved-folder", "no-extension", "no-ids"};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    EXPECT_EQ(decisions[i].kind, Kind::kSkip) << rules[i];
    EXPECT_EQ(decisions[i].rule, rules[i]);
  }
}

TEST_P(ExpectedDocumentsTest, AKeyThatIsNoUtf8IsAnErrorOfItsOwn) {
  const auto decisions = Objects({"chair/a\xFF.b"});
  EXPECT_EQ(decisions[0].kind, Kind::kError);
  EXPECT_EQ(decisions[0].rule, "key-not-utf8");
}

TEST_P(ExpectedDocumentsTest, AFailedCheckIsInvalid) {
  ASSERT_TRUE(PutFile(vams, "chair/a..b"));
  EXPECT_EQ(Objects({"chair/a..b"})[0].kind, Kind::kInvalid);
  EXPECT_EQ(Objects({"chair/a..b"})[0].rule, "bad-path");
}

TEST_P(ExpectedDocumentsTest, WhatCannotBeWrittenIsAnErrorAlsoWithoutTheDocument) {
  Item table = AssetItem({"db-one", "table"}, "table/");
  table.Set("tags", "no list");
  vams.PutAsset(std::move(table));
  ASSERT_TRUE(PutFile(vams, "table/top.glb", {"db-one", "table"}));
  ASSERT_TRUE(PutFile(vams, "chair/leg.glb"));
  Item bytes = MetadataItem("db-one", "/chair/leg.glb", "Owner", "Ada");
  bytes.Set("Secret", AttributeValue::Binary{"x"});
  vams.PutMetadata(std::move(bytes));
  const auto decisions = Objects({"table/top.glb", "chair/leg.glb"});
  EXPECT_EQ(decisions[0].rule, "field-type");
  EXPECT_EQ(decisions[1].rule, "value-bytes") << "which only the metadata table tells";
}

TEST_P(ExpectedDocumentsTest, SyncPlacesAreTheRecordsThatAKeyLiesBelow) {
  vams.PutBucketRow(BucketItem("bucket-2", kBucket, "assets/"));
  vams.PutBucketRow(BucketItem("bucket-3", kBucket, "assets"));
  vams.PutBucketRow(BucketItem("bucket-4", "other", "/"));
  Item table = AssetItem({"db-one", "table"}, "assets/table/");
  table.Set("bucketId", "bucket-2");
  vams.PutAsset(std::move(table));
  ExpectedDocuments expected(vams.source(), GetParam());
  const std::vector<std::string_view> keys{"chair/leg.glb", "assets/table/top.glb", "pipeline/x.glb"};
  const auto read = expected.SyncPlaces(kBucket, keys);
  ASSERT_TRUE(read);
  std::vector<std::vector<SyncPlace>> places;
  for (const auto& of_key : *read) places.push_back(*of_key);
  ASSERT_EQ(places[0].size(), 1u);
  EXPECT_EQ(places[0][0].owners, std::vector<AssetKey>{kChair});
  ASSERT_EQ(places[1].size(), 2u) << "the record whose prefix bucket sync cannot find is left out";
  EXPECT_EQ(places[1][0].prefix, "");
  EXPECT_TRUE(places[1][0].owners.empty());
  EXPECT_EQ(places[1][1].prefix, "assets/");
  EXPECT_EQ(places[1][1].owners, (std::vector<AssetKey>{{"db-one", "table"}}));
  ASSERT_EQ(places[2].size(), 1u);
  EXPECT_TRUE(places[2][0].owners.empty()) << "a reserved name is not looked up";
}

TEST_P(ExpectedDocumentsTest, HeadsAreSentOnlyWhereTheListingHasNone) {
  RefusingObjectStore objects(vams.objects());
  ASSERT_TRUE(PutFile(vams, "chair/a.b"));
  const SourcePorts source{vams.assets(), vams.buckets(), vams.side_tables(), objects};
  ExpectedDocuments expected(source, GetParam());
  const std::vector<ObjectEntry> entries{
      {.key = "chair/a.b", .size = 0, .last_modified = {}, .etag = {}, .head = HeadOf(kChair)},
      {.key = "chair/a.b", .size = 0, .last_modified = {}, .etag = {}, .head = {}}};
  const auto decisions = expected.ForObjects(kBucket, entries);
  ASSERT_TRUE(decisions);
  EXPECT_EQ((*decisions)[0].document.body, (*decisions)[1].document.body);
  EXPECT_EQ(objects.heads, 1u);
}

TEST_P(ExpectedDocumentsTest, AHeadThatFailsIsAnErrorOfThatObjectAlone) {
  RefusingObjectStore objects(vams.objects());
  objects.refuse = [](const ObjectRef& ref) -> std::optional<Error> {
    if (ref.key != "chair/bad.b") return std::nullopt;
    return MakeError(ErrorCode::kUnavailable, "slow down");
  };
  ASSERT_TRUE(PutFile(vams, "chair/a.b"));
  const SourcePorts source{vams.assets(), vams.buckets(), vams.side_tables(), objects};
  ExpectedDocuments expected(source, GetParam());
  const std::vector<ObjectEntry> entries{{.key = "chair/bad.b", .size = 0, .last_modified = {}, .etag = {}, .head = {}},
                                         {.key = "chair/a.b", .size = 0, .last_modified = {}, .etag = {}, .head = {}}};
  const auto decisions = expected.ForObjects(kBucket, entries);
  ASSERT_TRUE(decisions);
  EXPECT_EQ((*decisions)[0].rule, "object-unreadable");
  EXPECT_EQ((*decisions)[0].message, "slow down");
  EXPECT_EQ((*decisions)[1].kind, Kind::kIndex);
}

TEST_P(ExpectedDocumentsTest, RowsAreKeptUntilForgotten) {
  ASSERT_TRUE(PutFile(vams, "chair/a.b"));
  ExpectedDocuments expected(vams.source(), GetParam());
  const std::vector<ObjectEntry> entries{{.key = "chair/a.b", .size = 0, .last_modified = {}, .etag = {}, .head = {}}};
  const auto name = [&] {
    const auto decisions = expected.ForObjects(kBucket, entries);
    return nlohmann::json::parse((*decisions)[0].document.body)["str_assetname"].get<std::string>();
  };
  EXPECT_EQ(name(), "The chair");
  Item renamed = AssetItem(kChair, "chair/");
  renamed.Set("assetName", "Stool");
  vams.PutAsset(renamed);
  EXPECT_EQ(name(), "The chair");
  expected.Forget();
  EXPECT_EQ(name(), "Stool");
}

TEST_P(ExpectedDocumentsTest, AssetRecordsAreTakenAsTheyAre) {
  ExpectedDocuments expected(vams.source(), GetParam());
  Item changed = AssetItem(kChair, "chair/");
  changed.Set("assetName", "Not what the table holds");
  Item nobody;
  nobody.Set("databaseId", "db-one");
  const std::vector<AssetRecord> records{AssetRecordFromItem(changed), AssetRecordFromItem(nobody),
                                         AssetRecordFromItem(AssetItem({"d", "x"}, ""))};
  const auto decisions = expected.ForAssets(records);
  ASSERT_TRUE(decisions);
  EXPECT_EQ((*decisions)[0].kind, Kind::kIndex);
  EXPECT_EQ(nlohmann::json::parse((*decisions)[0].document.body)["str_assetname"], "Not what the table holds");
  EXPECT_EQ((*decisions)[1].rule, "no-ids");
  EXPECT_EQ((*decisions)[2].rule, "bad-database-id");
}

TEST_P(ExpectedDocumentsTest, AnArchivedAssetIsInTheIndexOnlyWhereRepaired) {
  ExpectedDocuments expected(vams.source(), GetParam());
  const std::vector<AssetRecord> records{AssetRecordFromItem(AssetItem({"db-one#deleted", "chair"}, "chair/"))};
  const auto decisions = expected.ForAssets(records);
  ASSERT_TRUE(decisions);
  if (GetParam() == Compatibility::kUpstream) {
    EXPECT_EQ((*decisions)[0].kind, Kind::kInvalid);
    return;
  }
  EXPECT_EQ((*decisions)[0].document.id, "db-one#deleted#chair");
  EXPECT_EQ(nlohmann::json::parse((*decisions)[0].document.body)["bool_archived"], true);
}

TEST_P(ExpectedDocumentsTest, TheCurrentVersionAndLinksBehindTheFirst) {
  for (const char* id : {"0", "1"}) {
    Item version;
    version.Set("assetId", "chair");
    version.Set("assetVersionId", id);
    version.Set("isCurrentVersion", std::string_view(id) == "1");
    vams.PutVersion(version);
  }
  vams.PutLink(LinkItem("l1", kChair, {"db-one", "a"}, "related"));
  vams.PutLink(LinkItem("l2", kChair, {"db-one", "b"}, "parentChild"));
  ExpectedDocuments expected(vams.source(), GetParam());
  const std::vector<AssetRecord> records{AssetRecordFromItem(AssetItem(kChair, "chair/"))};
  const auto document = nlohmann::json::parse((*expected.ForAssets(records))[0].document.body);
  const bool repaired = GetParam() == Compatibility::kRepaired;
  EXPECT_EQ(document.contains("str_asset_version_id"), repaired);
  EXPECT_EQ(document["bool_has_assets_related"], true);
  EXPECT_EQ(document["bool_has_asset_children"], repaired) << "hidden behind the link that sorts first";
}

TEST_P(ExpectedDocumentsTest, AnObjectThatIsGoneHasNoDocument) {
  const auto decisions = Objects({"chair/gone.b", "unknown/gone.b"});
  if (GetParam() == Compatibility::kUpstream) {
    EXPECT_EQ(decisions[0].kind, Kind::kError);
    EXPECT_EQ(decisions[0].rule, "object-absent");
    return;
  }
  EXPECT_EQ(decisions[0].kind, Kind::kDelete);
  EXPECT_EQ(decisions[0].document.id, "db-one#chair#/gone.b");
  EXPECT_EQ(decisions[1].kind, Kind::kSkip) << "nothing tells whose it was";
}

TEST_P(ExpectedDocumentsTest, ManyObjectsNeedOneLookUpOfEachKind) {
  // The whole batch is decided the same as each object alone.
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) {
    const AssetKey asset{"db-one", "part" + std::to_string(i % 7)};
    vams.PutAsset(AssetItem(asset, asset.asset_id + "/"));
    keys.push_back(asset.asset_id + "/f" + std::to_string(i) + ".x");
    ASSERT_TRUE(PutFile(vams, keys.back(), asset));
  }
  const auto together = Objects(keys);
  for (std::size_t i = 0; i < keys.size(); ++i)
    EXPECT_EQ(together[i].document.body, Objects({keys[i]})[0].document.body);
}

}  // namespace
}  // namespace vams
