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
    return decisions.value_or(std::vector<Decision>{});
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
