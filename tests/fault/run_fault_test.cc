// Whole runs on an embedded VAMS whose ports meet faults: nothing is lost, nothing is claimed that was not confirmed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backends/local.h"
#include "backends/open.h"
#include "index/definitions.h"
#include "indexers/stream_consumer.h"
#include "run/migration.h"
#include "testing/faulty_ports.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kAssets = 60;
constexpr int kFilesPerAsset = 5;

Item Row(const Json& plain) { return AttributeMapFromPlainJson(plain).value(); }
std::string AssetId(int n) { return fmt::format("asset-{:03d}", n); }

Item AssetRow(int n, const std::string& tag = "lidar") {
  return Row({{"databaseId", "db-one"},
              {"assetId", AssetId(n)},
              {"assetName", fmt::format("Hall {}", n)},
              {"tags", Json::array({tag})},
              {"bucketId", fmt::format("bucket-{}", n % 2)},
              {"assetLocation", {{"Key", AssetId(n) + "/"}}}});
}

class RunWithFaults : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(LocalVams::Init(vams_dir(), {.asset_index_definition = std::string(AssetIndexDefinition()),
                                             .file_index_definition = std::string(FileIndexDefinition())}));
    auto opened = LocalVams::Open(vams_dir(), clock_);
    ASSERT_TRUE(opened);
    vams_ = std::move(*opened);
    for (int b = 0; b < 2; ++b) {
      const std::string bucket = fmt::format("bucket-{}-files", b);
      ASSERT_TRUE(vams_->CreateBucket({.name = bucket, .topic = DefaultTopic(bucket)}));
      ASSERT_TRUE(vams_->PutItem(LocalTable::kBuckets, Row({{"bucketId", fmt::format("bucket-{}", b)},
                                                            {"bucketName:baseAssetsPrefix", bucket + ":/"},
                                                            {"bucketName", bucket},
                                                            {"baseAssetsPrefix", "/"}})));
    }
    for (int n = 0; n < kAssets; ++n) PutAssetWithFiles(n);
    ASSERT_TRUE(vams_->SkipPending(std::string(kStreamConsumerName)));
    auto deployment = OpenDeployment({.local_directory = vams_dir()}, clock_);
    ASSERT_TRUE(deployment);
    deployment_ = std::move(*deployment);
    options_.local = vams_dir();
    options_.report_dir = dir_.path() / "reports";
    options_.state_dir = dir_.path() / "state";
    options_.verification_wait_time = std::chrono::seconds(60);
  }

  void PutAssetWithFiles(int n) {
    ASSERT_TRUE(vams_->PutItem(LocalTable::kAssets, AssetRow(n)));
    std::vector<LocalObject> objects;
    for (int f = 0; f < kFilesPerAsset; ++f) {
      objects.push_back({.ref = {fmt::format("bucket-{}-files", n % 2), fmt::format("{}/m {}+.glb", AssetId(n), f)},
                         .file = {},
                         .size = 10,
                         .last_modified = std::nullopt,
                         .etag = "e",
                         .version_id = std::nullopt,
                         .metadata = {{"assetid", AssetId(n)}, {"databaseid", "db-one"}}});
    }
    ASSERT_TRUE(vams_->PutObjects(objects, EmitEvents::kNo));
  }

  Result<MigrationResult> Run() {
    return RunMigration(options_, deployment_, clock_, log_, progress_, stop_, MigrationRequest{});
  }

  std::string vams_dir() const { return (dir_.path() / "vams").string(); }

  TempDir dir_;
  SystemClock clock_;
  std::unique_ptr<LocalVams> vams_;
  Deployment deployment_;
  Options options_;
  NoLog log_;
  NoProgress progress_;
  StopFlag stop_;
};

class SeededRunWithFaults : public RunWithFaults, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(SeededRunWithFaults, ThrottlesAndLostRepliesLoseNothing) {
  const FaultPlan plan{.seed = GetParam(), .throttle_percent = 30, .lost_reply_percent = 10};
  deployment_.topic = std::make_unique<FaultyTopic>(std::move(deployment_.topic), plan);
  deployment_.assets = std::make_unique<FaultyAssetTable>(std::move(deployment_.assets), plan);
  const auto result = Run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->outcome, Outcome::kSuccess);
  EXPECT_EQ(result->report.assets->succeeded, static_cast<std::uint64_t>(kAssets));
  EXPECT_EQ(result->report.files->succeeded, static_cast<std::uint64_t>(kAssets * kFilesPerAsset));
  EXPECT_GT(result->report.files->throttled, 0u);
  EXPECT_TRUE(result->report.verification->overall_success);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SeededRunWithFaults, testing::Values(1, 2, 3));

TEST_F(RunWithFaults, WhatIsRefusedForGoodIsCountedNamedAndMissing) {
  deployment_.topic = std::make_unique<FaultyTopic>(std::move(deployment_.topic), FaultPlan{.permanent_percent = 20});
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::kFindings);
  const PhaseReport& files = *result->report.files;
  EXPECT_GT(files.failed, 0u);
  EXPECT_EQ(files.succeeded + files.failed, static_cast<std::uint64_t>(kAssets * kFilesPerAsset));
  EXPECT_EQ(result->report.verification->file_index.missing, files.failed);
  EXPECT_FALSE(result->report.verification->overall_success);
  EXPECT_FALSE(result->report.findings_file.empty());
}

TEST_F(RunWithFaults, ABucketThatCannotBeListedIsAFailureAndTheOthersGoOn) {
  deployment_.objects = std::make_unique<FaultyObjectStore>(std::move(deployment_.objects), "bucket-0-files",
                                                            MakeError(ErrorCode::kAccessDenied, "AccessDenied"));
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::kFindings);
  EXPECT_EQ(result->report.files->failed, 1u);
  EXPECT_EQ(result->report.files->succeeded, static_cast<std::uint64_t>(kAssets / 2 * kFilesPerAsset));
}

TEST_F(RunWithFaults, ABucketThatVerificationCannotListIsNamedAndKeepsItFromSuccess) {
  ASSERT_TRUE(Run());
  deployment_.objects = std::make_unique<FaultyObjectStore>(std::move(deployment_.objects), "bucket-0-files",
                                                            MakeError(ErrorCode::kAccessDenied, "AccessDenied"));
  options_.tolerance_percent = 100;
  const auto result = RunVerification(options_, deployment_, clock_, log_, progress_, stop_);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::kFindings);
  EXPECT_FALSE(result->report.overall_success) << "not even a tolerance covers what was not looked at";
  EXPECT_EQ(result->report.file_index.unexpected, 0u) << "whose source is not known cannot be judged";
  ASSERT_EQ(result->findings.size(), 1u);
  EXPECT_EQ(result->findings[0].id, "bucket-0-files");
}

TEST_F(RunWithFaults, AVerificationThatCannotReadTheSourceGivesNoVerdict) {
  deployment_.objects = std::make_unique<FaultyObjectStore>(std::move(deployment_.objects), "bucket-0-files",
                                                            MakeError(ErrorCode::kUnavailable, "no answer"));
  const auto result = RunVerification(options_, deployment_, clock_, log_, progress_, stop_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(result.error().message.find("bucket-0-files"), std::string::npos);
}

// Edits and deletes come between the scan and the touch; neither may be undone.
TEST_F(RunWithFaults, AConcurrentWriterLosesNoEditAndNoDeletedAssetComesBack) {
  auto table = std::make_unique<FaultyAssetTable>(std::move(deployment_.assets), FaultPlan{});
  std::vector<AssetKey> edited;
  std::vector<AssetKey> deleted;
  table->before_touch = [&](std::span<const AssetKey> keys) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const int n = std::stoi(keys[i].asset_id.substr(6));
      if (n % 5 == 0) {
        ASSERT_TRUE(vams_->PutItem(LocalTable::kAssets, AssetRow(n, "edited")));
        edited.push_back(keys[i]);
      } else if (n % 5 == 1) {
        ASSERT_TRUE(vams_->DeleteItem(LocalTable::kAssets, AssetRow(n)).value());
        deleted.push_back(keys[i]);
      }
    }
  };
  deployment_.assets = std::move(table);
  const auto result = Run();
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(edited.size(), static_cast<std::size_t>(kAssets / 5));
  ASSERT_EQ(deleted.size(), static_cast<std::size_t>(kAssets / 5));
  EXPECT_EQ(result->report.assets->gone, deleted.size());
  EXPECT_EQ(result->report.assets->failed, 0u);
  const auto after_edit = deployment_.assets->GetMany(edited);
  for (const auto& record : *after_edit) {
    ASSERT_TRUE(record);
    const auto* tags = record->item.Find("tags")->As<AttributeValue::List>();
    ASSERT_NE(tags, nullptr);
    EXPECT_EQ(*tags->front().AsString(), "edited");
    EXPECT_NE(record->item.Find(kReindexDateAttribute), nullptr);
  }
  const auto after_delete = deployment_.assets->GetMany(deleted);
  for (const auto& record : *after_delete) EXPECT_FALSE(record);
  EXPECT_EQ(result->outcome, Outcome::kSuccess) << "the documents follow the edits and the deletes";
}

TEST_F(RunWithFaults, AnIndexWithOtherMappingsRefusesTheStart) {
  ASSERT_TRUE(deployment_.file_index->Drop());
  ASSERT_TRUE(deployment_.file_index->Create(R"({"mappings": {}, "settings": {}})"));
  const auto result = Run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPrecondition);
  ASSERT_TRUE(deployment_.file_index->Drop());
  EXPECT_EQ(Run().error().code, ErrorCode::kNotFound);
  const std::vector<AssetKey> keys{{"db-one", AssetId(0)}};
  EXPECT_EQ((*deployment_.assets->GetMany(keys))[0]->item.Find(kReindexDateAttribute), nullptr)
      << "nothing was touched";
}

TEST_F(RunWithFaults, AStopEndsSoonAndSaysSo) {
  stop_.Request();
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, Outcome::kInterrupted);
  EXPECT_TRUE(result->report.interrupted);
  EXPECT_FALSE(result->report.verification);
}

}  // namespace
}  // namespace vams
