#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "backends/local.h"
#include "backends/open.h"
#include "indexers/stream_consumer.h"
#include "local/local_edit.h"
#include "local/local_import.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

TEST(AssetIds, GoodNamesStayOthersBecomeAscii) {
  EXPECT_EQ(AssetIdFor("duck"), "duck");
  EXPECT_EQ(AssetIdFor("Duck, big 'one'-2.0"), "Duck, big 'one'-2.0");
  EXPECT_THAT(AssetIdFor("k\xC3\xA4se"), MatchesRegex("k-se-[0-9a-f]{8}"));
  EXPECT_THAT(AssetIdFor("a+b%"), MatchesRegex("a-b-[0-9a-f]{8}"));
  EXPECT_THAT(AssetIdFor("\xE6\x97\xA5\xE6\x9C\xAC"), MatchesRegex("asset-[0-9a-f]{8}"));
  EXPECT_THAT(AssetIdFor("ends."), MatchesRegex("ends-[0-9a-f]{8}"));
  EXPECT_THAT(AssetIdFor("global"), MatchesRegex("global-[0-9a-f]{8}"));
  EXPECT_THAT(AssetIdFor("x"), MatchesRegex("x-[0-9a-f]{8}"));
  EXPECT_NE(AssetIdFor("a+b"), AssetIdFor("a%b"));
  EXPECT_EQ(AssetIdFor("a+b"), AssetIdFor("a+b"));
  for (const char* name : {"a/b", "a#b", "a\nb", "\xFF"}) EXPECT_TRUE(RequireAssetId(AssetIdFor(name))) << name;
  EXPECT_TRUE(RequireAssetId(AssetIdFor(std::string(255, '+') + "x")));
}

TEST(BucketPlaces, NamesAndPrefixes) {
  const auto prefix = [](std::string_view text) { return MakeLocalBucketPlace("bucket", text)->prefix; };
  EXPECT_EQ(prefix(""), "/");
  EXPECT_EQ(prefix("/"), "/");
  EXPECT_EQ(prefix("a/b"), "a/b/");
  EXPECT_EQ(prefix("/a/"), "a/");
  for (const char* wrong : {"ab", "Bucket", "-bucket", "bucket.", "buck_et", ""}) {
    EXPECT_FALSE(MakeLocalBucketPlace(wrong, "")) << wrong;
  }
  EXPECT_FALSE(MakeLocalBucketPlace("bucket", "\xFF"));
}

TEST(Tags, AreSplit) { EXPECT_THAT(SplitTags(" a, b ,,c"), ElementsAre("a", "b", "c")); }

class ImportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LocalInit init;
    init.asset_index_definition = init.file_index_definition = R"({"mappings": {}})";
    ASSERT_TRUE(LocalVams::Init(Path("vams"), init));
    vams_ = *LocalVams::Open(Path("vams"), clock_);
    deployment_ = *OpenDeployment({.local_directory = Path("vams")}, clock_);
  }
  std::string Path(const std::string& name) const { return (temp_.path() / name).string(); }
  void Write(const std::string& name, const std::string& content = "x") {
    const fs::path path = temp_.path() / "in" / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
  }
  ImportRequest Request() const {
    return {.folder = temp_.path() / "in", .database = "models", .place = *MakeLocalBucketPlace("files", "2024")};
  }
  ImportResult Import(const ImportRequest& request) {
    const auto plan = PlanImport(request);
    EXPECT_TRUE(plan) << plan.error().message;
    NoProgress progress;
    const auto result = RunImport(request, *plan, *vams_, *deployment_.buckets, clock_, progress, stop_);
    EXPECT_TRUE(result) << result.error().message;
    return *result;
  }
  Item Asset(const std::string& id) {
    const std::vector<AssetKey> keys = {{"models", id}};
    const auto found = deployment_.assets->GetMany(keys);
    EXPECT_TRUE(found && found->front()) << id;
    return found->front()->item;
  }
  std::uint64_t Pending() {
    const auto backlog = deployment_.changes->Backlog(std::string(kStreamConsumerName));
    const auto depth = deployment_.file_events->ApproximateDepth();
    return backlog->value_or(ItemCount{0}).value + depth->visible + depth->in_flight;
  }

  TempDir temp_;
  FakeClock clock_;
  StopFlag stop_;
  std::unique_ptr<LocalVams> vams_;
  Deployment deployment_;
};

TEST_F(ImportTest, EachFolderBecomesAnAsset) {
  Write("duck/duck.obj");
  Write("duck/tex/skin.png", "png");
  Write("k\xC3\xA4se/a b+c.glb");
  fs::create_directories(temp_.path() / "in/empty");
  ImportRequest request = Request();
  request.tags = {"a", "b"};
  const ImportResult result = Import(request);
  EXPECT_EQ(result.new_assets, 3u);
  EXPECT_EQ(result.files, 3u);
  EXPECT_EQ(result.bytes, 5u);

  const Item duck = Asset("duck");
  EXPECT_EQ(StringAttribute(duck, "assetName"), "duck");
  EXPECT_EQ(StringAttribute(duck, "assetType"), "folder");
  EXPECT_EQ(duck.Find("tags")->As<AttributeValue::List>()->size(), 2u);
  EXPECT_EQ(StringAttribute(*duck.Find("assetLocation")->As<AttributeMap>(), "Key"), "2024/duck/");
  EXPECT_EQ(StringAttribute(Asset("empty"), "assetType"), "none");
  const std::string cheese = AssetIdFor("k\xC3\xA4se");
  EXPECT_EQ(StringAttribute(Asset(cheese), "assetName"), "k\xC3\xA4se");
  EXPECT_EQ(StringAttribute(Asset(cheese), "assetType"), ".glb");

  const auto page = deployment_.objects->List("files", "2024/", std::nullopt, ItemCount{10});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 3u);
  EXPECT_EQ(page->entries[0].key, "2024/duck/duck.obj");
  EXPECT_EQ(page->entries[0].etag, "9dd4e461268c8034f5c8564e155c67a6");
  ASSERT_TRUE(page->entries[0].head);
  EXPECT_EQ(*page->entries[0].head->FindMetadata("assetid"), "duck");
  EXPECT_EQ(*page->entries[0].head->FindMetadata("databaseid"), "models");
  EXPECT_EQ(page->entries[2].key, "2024/" + cheese + "/a b+c.glb");
}

TEST_F(ImportTest, LeavesNothingToTheIndexersUnlessSomethingWaited) {
  Write("duck/duck.obj");
  EXPECT_FALSE(Import(Request()).left_pending);
  EXPECT_EQ(Pending(), 0u);
  LocalEdit edit(*vams_, deployment_, clock_);
  ASSERT_TRUE(edit.AddMetadata({"models", "duck"}, "", {{"author", "me"}}));
  EXPECT_GT(Pending(), 0u);
  EXPECT_TRUE(Import(Request()).left_pending);
  EXPECT_GT(Pending(), 0u) << "what somebody added must not be lost";
}

TEST_F(ImportTest, AgainUpdatesInsteadOfDoubling) {
  Write("duck/duck.obj");
  ImportRequest request = Request();
  request.tags = {"a"};
  Import(request);
  LocalEdit edit(*vams_, deployment_, clock_);
  ASSERT_TRUE(edit.PutAsset({.key = {"models", "duck"}, .description = "Mine"}));
  Write("duck/more.obj");
  const ImportResult again = Import(Request());
  EXPECT_EQ(again.new_assets, 0u);
  EXPECT_EQ(again.updated_assets, 1u);
  const Item duck = Asset("duck");
  EXPECT_EQ(StringAttribute(duck, "description"), "Mine");
  EXPECT_EQ(StringAttribute(duck, "assetType"), "folder");
  EXPECT_EQ(duck.Find("tags")->As<AttributeValue::List>()->size(), 1u) << "without --tags they stay";
  const auto status = vams_->ReadStatus();
  EXPECT_EQ(status->buckets.size(), 1u);
  EXPECT_EQ(status->buckets[0].objects, 2u);
}

TEST_F(ImportTest, WhatIsNotImportedIsNamed) {
  Write("duck/duck.obj");
  Write("loose.txt");
  ASSERT_EQ(mkfifo(Path("in/duck/pipe").c_str(), 0600), 0);
  fs::create_symlink("/etc/hostname", Path("in/duck/out"));
  fs::create_symlink("nowhere", Path("in/duck/broken"));
  fs::create_symlink("..", Path("in/duck/up"));
  fs::create_symlink("duck.obj", Path("in/duck/inside.obj"));
  const auto plan = PlanImport(Request());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->files, 2u) << "the link inside is followed";
  std::vector<std::string> passed;
  for (const PassedOver& one : plan->passed_over) passed.push_back(one.path);
  EXPECT_THAT(passed, ElementsAre("duck/broken", "duck/out", "duck/pipe", "duck/up", "loose.txt"));
}

TEST_F(ImportTest, RefusesNamesThatNoKeyCanHave) {
  Write("duck/\xFF.obj");
  const auto no_utf8 = PlanImport(Request());
  ASSERT_FALSE(no_utf8);
  EXPECT_THAT(no_utf8.error().message, HasSubstr("duck/\\xff.obj"));
  fs::remove_all(temp_.path() / "in");
  std::string deep = "duck";
  for (int i = 0; i < 5; ++i) deep += "/" + std::string(210, 'd');
  Write(deep + "/f.obj");
  const auto too_long = PlanImport(Request());
  ASSERT_FALSE(too_long);
  EXPECT_THAT(too_long.error().message, HasSubstr("keys over 1,024 bytes"));
  EXPECT_FALSE(PlanImport({.folder = Path("none"), .database = "models", .place = Request().place}));
  EXPECT_FALSE(PlanImport({.folder = Path("vams/run.lock"), .database = "models", .place = Request().place}));
}

TEST_F(ImportTest, ControlCharactersInNamesAreKeys) {
  Write("duck/a\nb\x01.obj");
  Import(Request());
  const auto page = deployment_.objects->List("files", "", std::nullopt, ItemCount{10});
  ASSERT_EQ(page->entries.size(), 1u);
  EXPECT_EQ(page->entries[0].key, "2024/duck/a\nb\x01.obj");
}

TEST_F(ImportTest, AnEditArchivesAsVamsDoes) {
  Write("duck/duck.obj");
  Import(Request());
  LocalEdit edit(*vams_, deployment_, clock_);
  ASSERT_TRUE(edit.ArchiveAsset({"models", "duck"}));
  const std::vector<AssetKey> keys = {{"models", "duck"}, {"models#deleted", "duck"}};
  const auto found = deployment_.assets->GetMany(keys);
  EXPECT_FALSE((*found)[0]);
  EXPECT_TRUE((*found)[1]);
  EXPECT_FALSE(edit.AddFile({.asset = {"models", "duck"}, .file = Path("in/duck/duck.obj"), .path = "x.obj"}));
}

TEST_F(ImportTest, ANewVersionIsTheCurrentOne) {
  Write("duck/duck.obj");
  Import(Request());
  LocalEdit edit(*vams_, deployment_, clock_);
  ASSERT_TRUE(edit.AddVersion({"models", "duck"}, "1", "paint"));
  const std::vector<std::string> ids = {"duck"};
  const auto versions = deployment_.side_tables->QueryVersions(ids, std::nullopt);
  ASSERT_EQ(versions->front().size(), 2u);
  EXPECT_FALSE(*versions->front()[0].Find("isCurrentVersion")->As<bool>());
  EXPECT_TRUE(*versions->front()[1].Find("isCurrentVersion")->As<bool>());
  EXPECT_EQ(StringAttribute(Asset("duck"), "currentVersionId"), "1");
}

}  // namespace
}  // namespace vams
