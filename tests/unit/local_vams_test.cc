#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "backends/local.h"
#include "backends/open.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class LocalVamsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = LocalVams::Init(dir(), Definitions());
    ASSERT_TRUE(made) << made.error().message;
    auto opened = LocalVams::Open(dir(), clock_);
    ASSERT_TRUE(opened) << opened.error().message;
    vams_ = std::move(*opened);
  }
  static LocalInit Definitions() {
    LocalInit init;
    init.scratch = true;
    init.asset_index_definition = R"({"mappings": {"properties": {}}})";
    init.file_index_definition = R"({"mappings": {"properties": {}}})";
    return init;
  }
  std::string dir() const { return (temp_.path() / "vams").string(); }
  Deployment OpenPorts() {
    auto deployment = OpenDeployment({.local_directory = dir()}, clock_);
    EXPECT_TRUE(deployment) << deployment.error().message;
    return std::move(*deployment);
  }
  LocalStatus ReadStatus() {
    auto status = vams_->ReadStatus();
    EXPECT_TRUE(status) << status.error().message;
    return status.value_or(LocalStatus{});
  }
  static std::uint64_t Items(const LocalStatus& status, LocalTable table) {
    for (const auto& [t, count] : status.items) {
      if (t == table) return count;
    }
    return 0;
  }
  std::string WriteFile(const std::string& name, const std::string& content) {
    const fs::path path = temp_.path() / name;
    std::ofstream(path) << content;
    return path.string();
  }

  TempDir temp_;
  FakeClock clock_;
  std::unique_ptr<LocalVams> vams_;
};

Item Asset(const std::string& database, const std::string& asset) {
  Item item;
  item.Set("databaseId", database);
  item.Set("assetId", asset);
  item.Set("assetName", "Turbine");
  return item;
}

LocalObject Synthetic(const std::string& bucket, const std::string& key, std::uint64_t size = 3) {
  LocalObject object;
  object.ref = {bucket, key};
  object.size = size;
  return object;
}

TEST_F(LocalVamsTest, StartsWithEverythingAndNothingInIt) {
  const LocalStatus status = ReadStatus();
  EXPECT_EQ(status.items.size(), 6u);
  for (const auto& [table, count] : status.items) EXPECT_EQ(count, 0u) << LocalTableName(table);
  ASSERT_EQ(status.indexes.size(), 2u);
  EXPECT_EQ(status.indexes[0].name, "vams-assets-v1");
  EXPECT_TRUE(status.indexes[0].exists);
  EXPECT_EQ(status.files.size(), 4u);
  Deployment ports = OpenPorts();
  const std::vector<std::string> names{"/vams-local/aos/fileIndexName", "/nothing"};
  const auto values = ports.parameters->GetMany(names);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0), "vams-files-v1");
  EXPECT_EQ(values->at(1), std::nullopt);
}

TEST_F(LocalVamsTest, PutsGetsAndDeletesItemsOfEveryTable) {
  for (const LocalTable table : {LocalTable::kAssets, LocalTable::kDatabases, LocalTable::kMetadata,
                                 LocalTable::kBuckets, LocalTable::kLinks, LocalTable::kVersions}) {
    Item item = Asset("db", "asset");
    item.Set("bucketId", "b");
    item.Set("bucketName:baseAssetsPrefix", "b:/");
    item.Set("assetLinkId", "l");
    item.Set("assetVersionId", "0");
    ASSERT_TRUE(vams_->PutItem(table, item)) << LocalTableName(table);
    EXPECT_EQ(*vams_->GetItem(table, item), item);
    item.Set("more", true);
    ASSERT_TRUE(vams_->PutItem(table, item));
    EXPECT_EQ(*vams_->GetItem(table, item), item);
    EXPECT_EQ(Items(ReadStatus(), table), 1u);
    EXPECT_EQ(*vams_->DeleteItem(table, item), true);
    EXPECT_EQ(*vams_->DeleteItem(table, item), false);
    EXPECT_EQ(*vams_->GetItem(table, item), std::nullopt);
    EXPECT_EQ(LocalTableFromName(LocalTableName(table)), table);
  }
  EXPECT_EQ(LocalTableFromName("asset"), std::nullopt);
}

TEST_F(LocalVamsTest, OneBadItemRefusesTheWholeCall) {
  Item bad = Asset("db", "");
  const std::vector<Item> items{Asset("db", "good"), bad};
  const auto put = vams_->PutItems(LocalTable::kAssets, items);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::kInvalid);
  EXPECT_NE(put.error().message.find("assets[1]"), std::string::npos) << put.error().message;
  EXPECT_EQ(Items(ReadStatus(), LocalTable::kAssets), 0u);
  bad = Asset("db", "asset");
  bad.Set("list", AttributeValue::List{"\xFF"});
  EXPECT_FALSE(vams_->PutItem(LocalTable::kAssets, bad));
  bad = Asset("db", "asset");
  bad.Set("assetId", AttributeValue::Number{"1"});
  EXPECT_FALSE(vams_->PutItem(LocalTable::kAssets, bad));
}

TEST_F(LocalVamsTest, BucketsWithTheirTopics) {
  ASSERT_TRUE(vams_->CreateBucket({"plain", false, DefaultTopic("plain")}));
  ASSERT_TRUE(vams_->CreateBucket({"plain", false, DefaultTopic("plain")})) << "the same again";
  ASSERT_TRUE(vams_->CreateBucket({"versioned", true, std::nullopt}));
  const auto other = vams_->CreateBucket({"plain", true, std::nullopt});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kPrecondition);
  EXPECT_FALSE(vams_->CreateBucket({"", false, std::nullopt}));
  const LocalStatus status = ReadStatus();
  ASSERT_EQ(status.buckets.size(), 2u);
  EXPECT_EQ(status.buckets[0].topics, std::vector<std::string>{DefaultTopic("plain")});
  EXPECT_TRUE(status.buckets[1].versioned);
}

TEST_F(LocalVamsTest, KnowsFilesByReference) {
  ASSERT_TRUE(vams_->CreateBucket({"b", false, std::nullopt}));
  LocalObject object;
  object.ref = {"b", "asset/model.glb"};
  object.content = LocalObject::Content::kReference;
  object.file = WriteFile("model.glb", "hello");
  ASSERT_TRUE(vams_->PutObject(object, EmitEvents::kNo));
  Deployment ports = OpenPorts();
  const auto heads = ports.objects->HeadMany({&object.ref, 1});
  const auto head = heads->at(0)->value();
  EXPECT_EQ(head.size, 5u);
  EXPECT_EQ(head.etag, "5d41402abc4b2a76b9719d911017c592") << "the MD5 of the bytes";
  EXPECT_EQ(head.last_modified, std::chrono::floor<std::chrono::seconds>(head.last_modified));

  std::vector<LocalFileProblem> problems;
  const auto report = [&](const LocalFileProblem& problem) { problems.push_back(problem); };
  EXPECT_EQ(*vams_->CheckFiles(report), 1u);
  EXPECT_TRUE(problems.empty());
  WriteFile("model.glb", "changed");
  EXPECT_EQ(*vams_->CheckFiles(report), 1u);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_FALSE(problems[0].missing);
  EXPECT_EQ(problems[0].ref, object.ref);
  fs::remove(object.file);
  EXPECT_EQ(*vams_->CheckFiles(report), 1u);
  EXPECT_TRUE(problems.at(1).missing);
}

TEST_F(LocalVamsTest, CopiesFilesAndKeepsEqualBytesOnce) {
  ASSERT_TRUE(vams_->CreateBucket({"b", false, std::nullopt}));
  std::vector<LocalObject> objects(3);
  const char* contents[] = {"same", "same", "other"};
  for (int i = 0; i < 3; ++i) {
    const auto n = static_cast<std::size_t>(i);
    objects[n].ref = {"b", fmt::format("key-{}", i)};
    objects[n].content = LocalObject::Content::kCopy;
    objects[n].file = WriteFile(fmt::format("file-{}", i), contents[i]);
  }
  ASSERT_TRUE(vams_->PutObjects(objects, EmitEvents::kNo));
  std::size_t stored = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(dir()) / "content")) {
    stored += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(stored, 2u);
  for (const LocalObject& object : objects) fs::remove(object.file);
  std::size_t problems = 0;
  EXPECT_EQ(*vams_->CheckFiles([&](const LocalFileProblem&) { ++problems; }), 3u);
  EXPECT_EQ(problems, 0u);
}

TEST_F(LocalVamsTest, RefusesBadObjectsAndStoresNoneOfTheCall) {
  ASSERT_TRUE(vams_->CreateBucket({"b", false, std::nullopt}));
  const std::vector<std::pair<LocalObject, ErrorCode>> bad{
      {Synthetic("b", ""), ErrorCode::kInvalid},
      {Synthetic("b", std::string(1025, 'x')), ErrorCode::kInvalid},
      {Synthetic("b", "bad \xFF utf-8"), ErrorCode::kInvalid},
      {Synthetic("nowhere", "key"), ErrorCode::kNotFound},
  };
  for (const auto& [object, code] : bad) {
    const std::vector<LocalObject> objects{Synthetic("b", "good"), object};
    const auto put = vams_->PutObjects(objects, EmitEvents::kYes);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().code, code) << put.error().message;
  }
  LocalObject marker = Synthetic("b", "key");
  marker.delete_marker = true;
  EXPECT_FALSE(vams_->PutObject(marker, EmitEvents::kNo));
  LocalObject file = Synthetic("b", "key");
  file.content = LocalObject::Content::kReference;
  file.file = (temp_.path() / "nothing").string();
  const auto missing = vams_->PutObject(file, EmitEvents::kNo);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("nothing"), std::string::npos);
  EXPECT_EQ(ReadStatus().buckets.at(0).objects, 0u);
  EXPECT_TRUE(vams_->PutObject(Synthetic("b", "control \x01\n is legal"), EmitEvents::kNo));
}

TEST_F(LocalVamsTest, CountsObjectsAndBytes) {
  ASSERT_TRUE(vams_->CreateBucket({"b", true, std::nullopt}));
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "one", 10), EmitEvents::kNo));
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "one", 4), EmitEvents::kNo));
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "two", 6), EmitEvents::kNo));
  EXPECT_EQ(ReadStatus().buckets.at(0).objects, 2u);
  EXPECT_EQ(ReadStatus().buckets.at(0).bytes, 10u);
  EXPECT_EQ(*vams_->DeleteObject({"b", "one"}, EmitEvents::kNo), true);
  EXPECT_EQ(*vams_->DeleteObject({"b", "one"}, EmitEvents::kNo), false);
  EXPECT_FALSE(vams_->DeleteObject({"nowhere", "one"}, EmitEvents::kNo));
  EXPECT_EQ(ReadStatus().buckets.at(0).objects, 1u);
  EXPECT_EQ(ReadStatus().buckets.at(0).bytes, 6u);
}

TEST_F(LocalVamsTest, RaisesEventsOnlyWhenAsked) {
  ASSERT_TRUE(vams_->CreateBucket({"b", true, DefaultTopic("b")}));
  ASSERT_TRUE(vams_->CreateBucket({"silent", true, std::nullopt}));
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "quiet"), EmitEvents::kNo));
  ASSERT_TRUE(vams_->PutObject(Synthetic("silent", "key"), EmitEvents::kYes));
  EXPECT_EQ(ReadStatus().queue_visible, 0u);
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "a b+c"), EmitEvents::kYes));
  EXPECT_EQ(*vams_->DeleteObject({"b", "quiet"}, EmitEvents::kYes), true);
  Deployment ports = OpenPorts();
  std::vector<Json> records;
  const auto messages = ports.file_events->Receive(ItemCount{10}, std::chrono::seconds{30});
  for (const QueueMessage& message : *messages) {
    records.push_back(Json::parse(message.body).at("Records").at(0));
  }
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].at("s3").at("object").at("key"), "a+b%2Bc");
  EXPECT_EQ(records[0].at("eventName"), "ObjectCreated:Put");
  EXPECT_NE(records[0].at("s3").at("object").at("versionId"), "");
  EXPECT_EQ(records[1].at("eventName"), "ObjectRemoved:DeleteMarkerCreated");
}

TEST_F(LocalVamsTest, SkipPendingLeavesNothingForTheIndexers) {
  ASSERT_TRUE(vams_->CreateBucket({"b", false, DefaultTopic("b")}));
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "key"), EmitEvents::kYes));
  ASSERT_TRUE(vams_->PutItem(LocalTable::kAssets, Asset("db", "asset")));
  ASSERT_TRUE(vams_->SkipPending("asset-indexer"));
  const LocalStatus status = ReadStatus();
  EXPECT_EQ(status.queue_visible, 0u);
  ASSERT_EQ(status.consumers.size(), 1u);
  EXPECT_EQ(status.consumers[0].name, "asset-indexer");
  EXPECT_EQ(status.consumers[0].backlog, 0u);
  EXPECT_EQ(Items(status, LocalTable::kAssets), 1u);
}

TEST_F(LocalVamsTest, ShowsWhatWasParked) {
  ASSERT_TRUE(vams_->CreateBucket({"b", false, DefaultTopic("b")}));
  ASSERT_TRUE(vams_->PutObject(Synthetic("b", "key"), EmitEvents::kYes));
  ASSERT_TRUE(vams_->PutItem(LocalTable::kAssets, Asset("db", "asset")));
  Deployment ports = OpenPorts();
  const auto messages = ports.file_events->Receive(ItemCount{10}, std::chrono::seconds{30});
  ASSERT_TRUE(ports.file_events->Park(messages->at(0), "no JSON"));
  const auto page = ports.changes->Read("changes", std::nullopt, ItemCount{10});
  ASSERT_TRUE(ports.changes->Park(page->records.at(0), "no asset"));
  const auto parked = vams_->ReadParked(ItemCount{10});
  ASSERT_EQ(parked->size(), 2u);
  EXPECT_EQ(parked->at(0).origin, "stream");
  EXPECT_EQ(parked->at(0).reason, "no asset");
  EXPECT_EQ(Json::parse(parked->at(0).body).at("keys").at("assetId").at("S"), "asset");
  EXPECT_EQ(parked->at(1).origin, "queue");
  EXPECT_EQ(parked->at(1).body, messages->at(0).body);
  EXPECT_EQ(parked->at(1).at, clock_.Now());
  EXPECT_EQ(ReadStatus().parked, 2u);
}

TEST_F(LocalVamsTest, LoadsAState) {
  const Json state = Json::parse(R"({
    "tables": {"assets": [{"databaseId": "db", "assetId": "a", "n": {"$ddb": {"N": "0.5"}}}], "databases": [{"databaseId": "db"}]},
    "s3_buckets": [{"name": "one", "versioning": "Enabled"}, {"name": "two", "versioning": null}],
    "objects": [
      {"bucket": "one", "key": "k", "size": 1, "last_modified": "2025-03-04T05:06:07Z", "etag": "e1", "version_id": "v1", "metadata": {"AssetId": "a"}},
      {"bucket": "one", "key": "k", "size": 2, "last_modified": "2025-03-04T05:06:08Z", "etag": "e2", "version_id": "v2", "metadata": {}},
      {"bucket": "one", "key": "gone", "size": 2, "last_modified": "2025-03-04T05:06:08Z", "etag": "e3", "version_id": "v3", "metadata": {}},
      {"bucket": "one", "key": "gone", "last_modified": "2025-03-04T05:06:09Z", "version_id": "v4", "delete_marker": true}]})");
  const auto loaded = vams_->LoadState(state);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const LocalStatus status = ReadStatus();
  EXPECT_EQ(Items(status, LocalTable::kAssets), 1u);
  ASSERT_EQ(status.buckets.size(), 2u);
  EXPECT_EQ(status.buckets[0].topics, std::vector<std::string>{DefaultTopic("one")});
  EXPECT_EQ(status.buckets[0].objects, 1u);
  EXPECT_EQ(status.queue_visible, 0u);
  Deployment ports = OpenPorts();
  const std::vector<ObjectRef> refs{{"one", "k"}, {"one", "gone"}};
  const auto heads = ports.objects->HeadMany(refs);
  EXPECT_EQ(heads->at(0)->value().version_id, "v2");
  EXPECT_EQ(*heads->at(1), std::nullopt);
}

TEST_F(LocalVamsTest, NamesThePlaceOfAMistakeInAStateAndLoadsNothing) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"([])", "state"},
      {R"({"table": {}})", "did you mean 'tables'?"},
      {R"({"tables": {"asset": []}})", "state.tables: 'asset'"},
      {R"({"tables": {"assets": {}}})", "state.tables.assets: must be an array"},
      {R"({"tables": {"assets": [{"databaseId": "d", "assetId": "a"}, {"databaseId": "d"}]}})",
       "state.tables.assets[1]"},
      {R"({"tables": {"assets": [{"databaseId": "d", "assetId": "a", "n": 0.5}]}})", "state.tables.assets[0]"},
      {R"({"s3_buckets": [{"name": ""}]})", "state.s3_buckets[0]"},
      {R"({"s3_buckets": [{"name": "b", "versioning": "Off"}]})", "'versioning' must be"},
      {R"({"s3_buckets": [{"name": "b"}, {"name": "b", "versioning": "Enabled"}]})", "state.s3_buckets[1]"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "c", "key": "k", "size": 1}]})", "state.objects[0]"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "b", "key": "", "size": 1}]})", "must not be empty"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "b", "key": "k", "size": -1}]})", "'size' must be"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "b", "key": "k"}]})", "'size' must be"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "b", "key": "k", "size": 1, "last_modified": "x"}]})",
       "'last_modified' is no time"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "b", "key": "k", "delete_marker": true}]})",
       "no delete markers"},
      {R"({"s3_buckets": [{"name": "b"}], "objects": [{"bucket": "b", "key": "k", "size": 1, "metadata": {"a": 1}}]})",
       "metadata 'a'"},
  };
  for (const auto& [state, place] : cases) {
    const auto loaded = vams_->LoadState(Json::parse(state));
    ASSERT_FALSE(loaded) << state;
    EXPECT_NE(loaded.error().message.find(place), std::string::npos) << loaded.error().message;
  }
  const LocalStatus status = ReadStatus();
  EXPECT_TRUE(status.buckets.empty());
  EXPECT_EQ(Items(status, LocalTable::kAssets), 0u);
}

TEST_F(LocalVamsTest, LoadsEveryGoldenState) {
  for (const char* file : {"asset_cases.jsonl", "file_cases.jsonl"}) {
    std::ifstream in(fs::path(VAMS_FIXTURES) / "golden" / file);
    ASSERT_TRUE(in) << file;
    for (std::string line; std::getline(in, line);) {
      const Json test_case = Json::parse(line);
      TempDir temp;
      const std::string directory = (temp.path() / "vams").string();
      ASSERT_TRUE(LocalVams::Init(directory, Definitions()));
      auto vams = LocalVams::Open(directory, clock_);
      ASSERT_TRUE(vams) << vams.error().message;
      const auto loaded = (*vams)->LoadState(test_case.at("state"));
      EXPECT_TRUE(loaded) << test_case.at("name") << ": " << loaded.error().message;
    }
  }
}

}  // namespace
}  // namespace vams
