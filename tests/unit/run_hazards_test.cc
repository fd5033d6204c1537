// Whole runs on a deployed VAMS whose bucket sync does all the harm that it can.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "run/migration.h"
#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

const AssetKey kTable{"db-one", "table"};
const AssetKey kLamp{"db-one", "lamp"};
const AssetKey kShelf{"db-one", "shelf"};
const AssetKey kTwin{"db-one", "twin"};

class RunHazards : public ::testing::Test {
 protected:
  RunHazards() {
    FillSample(vams());
    deployed_.chain.Bind("topic-" + kBucket, {.bucket = kBucket});
    options_.topics = SingleTopic{"topic-" + kBucket};
    options_.report_dir = dir_.path() / "reports";
    options_.state_dir = dir_.path() / "state";
  }

  MemoryDeployment& vams() { return deployed_.vams; }

  // Every class of key that differs in what bucket sync or the indexer does about it.
  void FillDifficult() {
    vams().PutAsset(AssetItem(kTable, "table/"));
    vams().PutAsset(AssetItem(kLamp, "elsewhere/lamp/"));
    vams().PutAsset(AssetItem(kShelf, "piplines/shelf/"));
    vams().PutAsset(AssetItem(kTwin, "twin/"));
    vams().PutAsset(AssetItem({"db-two", "twin"}, "twin/"));
    for (const auto* key :
         {"chair/leg.glb", "chair/a b.glb", "chair/\xC3\xBC/\xE2\x82\xAC.glb", "chair/init/arm.glb"}) {
      ASSERT_TRUE(PutFile(vams(), key)) << key;
    }
    ASSERT_TRUE(PutFile(vams(), "chair/scene.init"));
    ASSERT_TRUE(PutFile(vams(), "chair/a+b.glb"));
    ASSERT_TRUE(PutFile(vams(), "chair/50%.glb"));
    ASSERT_TRUE(PutFile(vams(), "chair/%41.glb"));
    ASSERT_TRUE(PutFile(vams(), "table/of-the-chair.glb"));
    ASSERT_TRUE(PutFile(vams(), "nobody/x.glb"));
    ASSERT_TRUE(PutFile(vams(), "elsewhere/lamp/x.glb", kLamp));
    ASSERT_TRUE(PutFile(vams(), "piplines/shelf/x.glb", kShelf));
    ASSERT_TRUE(PutFile(vams(), "twin/x.glb", kTwin));
    // What the rules skip.
    ASSERT_TRUE(PutFile(vams(), "chair/scene_init"));
    ASSERT_TRUE(PutFile(vams(), "chair/init/"));
    ASSERT_TRUE(PutFile(vams(), "pipeline/x.glb"));
    ASSERT_TRUE(PutFile(vams(), "chair/gone.glb", {"db-one", "gone"}));
    ObjectHead bare = HeadOf(kChair);
    bare.metadata.clear();
    ASSERT_TRUE(vams().PutObject({kBucket, "chair/bare.glb"}, bare));
  }
  static constexpr std::uint64_t kSafe = 4;
  static std::map<std::string, std::uint64_t> Withheld() {
    return {{"sync-deletes-init", 1},
            {"sync-misreads-key", 3},
            {"sync-refuses-key", 1},
            {"sync-rewrites", 2},
            {"unknown-asset", 2}};
  }
  static constexpr std::uint64_t kWithheld = 9;

  std::map<std::string, ObjectHead> Objects() {
    std::map<std::string, ObjectHead> heads;
    const auto page = vams().objects().List(kBucket, "", std::nullopt, ItemCount{1000});
    for (const ObjectEntry& entry : page->entries) {
      const ObjectRef ref{kBucket, entry.key};
      heads.emplace(entry.key, **vams().objects().HeadMany({&ref, 1})->front());
    }
    return heads;
  }
  std::size_t Assets() { return vams().assets().ApproximateCount()->value; }
  bool Indexed(const std::string& id) { return (*vams().file_index().GetMany({{id}})).front().has_value(); }

  Result<MigrationResult> Run(Random01 random = [] { return 0.5; }) {
    clock_.Advance(std::chrono::minutes(1));
    return RunMigration(options_, deployed_.deployment, clock_, log_, progress_, stop_, MigrationRequest{},
                        std::move(random));
  }
  // With what the topics and streams have brought about by then.
  VerificationResult Verify() {
    deployed_.chain.Drain();
    EXPECT_TRUE(deployed_.IndexAssets());
    clock_.Advance(std::chrono::minutes(1));
    auto result = RunVerification(options_, deployed_.deployment, clock_, log_, progress_, stop_);
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : VerificationResult{};
  }
  static std::map<std::string, std::uint64_t> Causes(const VerificationResult& result, FindingKind kind) {
    std::map<std::string, std::uint64_t> causes;
    for (const FindingGroup& group : result.groups) {
      if (group.kind == kind) causes[group.cause] = group.count;
    }
    return causes;
  }

  TempDir dir_;
  FakeClock clock_;
  DeployedVams deployed_{clock_};
  Options options_;
  NoLog log_;
  NoProgress progress_;
  StopFlag stop_;
};

TEST_F(RunHazards, NothingIsDeletedRewrittenOrCreated) {
  FillDifficult();
  const auto before = Objects();
  const std::size_t assets = Assets();
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result) << result.error().message;
  const PhaseReport& files = *result->report.files;
  EXPECT_EQ(files.succeeded, kSafe);
  EXPECT_EQ(files.withheld, Withheld());
  EXPECT_EQ(files.skipped_count(), 5u);
  EXPECT_EQ(files.failed, 0u);
  EXPECT_EQ(deployed_.chain.published(), kSafe);

  deployed_.chain.Drain();
  const BucketSyncCounts did = deployed_.chain.counts();
  EXPECT_TRUE(did.harmless());
  EXPECT_EQ(did.passed, kSafe);
  EXPECT_EQ(did.refused, 0u);
  EXPECT_EQ(Assets(), assets);
  const auto after = Objects();
  ASSERT_EQ(after.size(), before.size());
  for (const auto& [key, head] : before) {
    ASSERT_TRUE(after.contains(key)) << key;
    EXPECT_EQ(after.at(key).metadata, head.metadata) << key;
    EXPECT_EQ(after.at(key).last_modified, head.last_modified) << key;
  }
}

TEST_F(RunHazards, NeighboursAtOnePlaceAreJudgedByTheAssetThatEachNames) {
  vams().PutAsset(AssetItem(kTable, "table/"));
  for (const auto& [key, named] : {std::pair{"chair/a.glb", kChair},
                                   {"chair/b.glb", kTable},
                                   {"chair/c+.glb", kChair},
                                   {"chair/d.glb", kChair},
                                   {"chair/e.glb", kTable},
                                   {"chair/f.glb", kTable}}) {
    ASSERT_TRUE(PutFile(vams(), key, named)) << key;
  }
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->report.files->withheld,
            (std::map<std::string, std::uint64_t>{{"sync-misreads-key", 1}, {"sync-rewrites", 3}}));
  EXPECT_EQ(result->report.files->succeeded, deployed_.chain.published());
}

// Without the withholding each of the keys would do its harm: the stand-in is no straw man.
TEST_F(RunHazards, WithoutBucketSyncInTheDeploymentNothingIsHeldBack) {
  FillDifficult();
  deployed_.deployment.bucket_sync = false;
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->report.files->withheld.empty());
  EXPECT_EQ(result->report.files->succeeded, kSafe + kWithheld);
  deployed_.chain.Drain();
  const BucketSyncCounts did = deployed_.chain.counts();
  EXPECT_EQ(did.deleted, 1u);
  EXPECT_GE(did.rewritten, 3u);
  EXPECT_EQ(did.created_assets, 2u);
  EXPECT_EQ(did.created_databases, 1u);
  EXPECT_GE(did.refused, 4u);
}

TEST_F(RunHazards, VerificationNamesTheHazardAndRepairIndexesDirectly) {
  FillDifficult();
  options_.skip_verification = true;
  ASSERT_TRUE(Run());
  const VerificationResult found = Verify();
  EXPECT_EQ(found.outcome, Outcome::kFindings);
  EXPECT_THAT(Causes(found, FindingKind::kMissing),
              UnorderedElementsAre(Pair("withheld: sync-deletes-init", 1), Pair("withheld: sync-misreads-key", 3),
                                   Pair("withheld: sync-refuses-key", 1), Pair("withheld: sync-rewrites", 2),
                                   Pair("withheld: unknown-asset", 2)));
  EXPECT_EQ(found.report.file_index.right, kSafe);

  options_.repair = true;
  const VerificationResult mended = Verify();
  EXPECT_EQ(mended.outcome, Outcome::kSuccess);
  EXPECT_EQ(mended.repaired->direct, kWithheld);
  EXPECT_EQ(mended.repaired->files, 0u);
  EXPECT_EQ(mended.repaired->failed, 0u);
  EXPECT_EQ(mended.report.file_index.right, kSafe + kWithheld);
  EXPECT_EQ(deployed_.chain.published(), kSafe) << "no event was needed";
  deployed_.chain.Drain();
  EXPECT_TRUE(deployed_.chain.counts().harmless());
  EXPECT_TRUE(Indexed("db-one#chair#/scene.init"));
  EXPECT_TRUE(Indexed("db-one#lamp#/x.glb"));
}

TEST_F(RunHazards, RepairPublishesWhatDoesNoHarm) {
  FillDifficult();
  options_.skip_verification = true;
  ASSERT_TRUE(Run());
  deployed_.chain.Drain();
  const BulkOp gone{BulkOp::Kind::kDelete, "db-one#chair#/leg.glb", {}, std::nullopt};
  ASSERT_TRUE(vams().file_index().Bulk({&gone, 1}));
  deployed_.chain.WorkAtOnce();
  options_.repair = true;
  const VerificationResult mended = Verify();
  EXPECT_EQ(mended.outcome, Outcome::kSuccess);
  EXPECT_EQ(mended.repaired->files, 1u);
  EXPECT_EQ(mended.repaired->direct, kWithheld);
  EXPECT_TRUE(deployed_.chain.counts().harmless());
}

TEST_F(RunHazards, ADirectWriteThatTheIndexRefusesIsAFailure) {
  ASSERT_TRUE(PutFile(vams(), "chair/scene.init"));
  ASSERT_TRUE(PutFile(vams(), "chair/a+b.glb"));
  int busy = 2;
  deployed_.file_index->refuse = [&](const BulkOp& op) -> std::optional<Error> {
    if (op.id.ends_with("scene.init")) return MakeError(ErrorCode::kInvalid, "the mapping refuses it");
    if (busy-- <= 0) return std::nullopt;
    Error later = MakeError(ErrorCode::kThrottled, "later");
    later.retryable = true;
    return later;
  };
  options_.repair = true;
  const VerificationResult result = Verify();
  EXPECT_EQ(result.outcome, Outcome::kFindings);
  EXPECT_EQ(result.repaired->direct, 1u) << "what is refused for a while is tried again";
  EXPECT_EQ(result.repaired->failed, 1u);
}

TEST_F(RunHazards, AllowRewritesSendsThoseAndNothingElse) {
  FillDifficult();
  options_.skip_verification = true;
  options_.allow_rewrites = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  auto withheld = Withheld();
  withheld.erase("sync-rewrites");
  EXPECT_EQ(result->report.files->withheld, withheld);
  EXPECT_EQ(result->report.files->succeeded, kSafe + 2);
  deployed_.chain.Drain();
  const BucketSyncCounts did = deployed_.chain.counts();
  EXPECT_EQ(did.rewritten, 1u) << "of the twins bucket sync takes the first, which the object names";
  EXPECT_EQ(did.deleted + did.created_assets + did.created_databases, 0u);
  EXPECT_TRUE(Indexed("db-one#table#/of-the-chair.glb"));
}

TEST_F(RunHazards, ADryRunCountsWhatItWouldHoldBack) {
  FillDifficult();
  options_.dry_run = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.files->withheld, Withheld());
  EXPECT_EQ(result->report.files->total, kSafe);
  EXPECT_EQ(deployed_.chain.published(), 0u);
}

TEST_F(RunHazards, TheReportExplainsEachHazard) {
  FillDifficult();
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  std::ifstream file(result->report_file);
  const auto report = nlohmann::json::parse(file);
  EXPECT_EQ(report["file_reindexing"]["withheld_count"], kWithheld);
  EXPECT_EQ(report["file_reindexing"]["withheld"]["sync-misreads-key"], 3);
  const auto& hazards = report["hazards"];
  ASSERT_EQ(hazards.size(), 5u);
  for (const auto& [name, hazard] : hazards.items()) {
    EXPECT_GT(hazard["count"], 0) << name;
    EXPECT_FALSE(hazard["explanation"].get<std::string>().empty()) << name;
    EXPECT_THAT(hazard["fix"].get<std::string>(), testing::HasSubstr("verify --repair")) << name;
  }
  const auto& errors = report["errors"];
  const auto group = std::ranges::find_if(errors, [](const auto& e) { return e["cause"] == "sync-deletes-init"; });
  ASSERT_NE(group, errors.end());
  EXPECT_EQ((*group)["kind"], "withheld");
  EXPECT_EQ((*group)["examples"][0], "db-one#chair#/scene.init");
}

TEST_F(RunHazards, TheFilePhaseReadsNoMetadataTable) {
  FillDifficult();
  options_.skip_verification = true;
  ASSERT_TRUE(Run());
  EXPECT_EQ(deployed_.side_tables->metadata_keys, 0u);
}

TEST_F(RunHazards, AnObjectThatCannotBeReadIsAFailureAndNotASkip) {
  ASSERT_TRUE(PutFile(vams(), "chair/leg.glb"));
  ASSERT_TRUE(PutFile(vams(), "chair/arm.glb"));
  deployed_.objects->refuse = [](const ObjectRef& ref) -> std::optional<Error> {
    if (ref.key != "chair/arm.glb") return std::nullopt;
    return MakeError(ErrorCode::kAccessDenied, "AccessDenied");
  };
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.files->succeeded, 1u);
  EXPECT_EQ(result->report.files->failed, 1u);
  EXPECT_EQ(result->report.files->skipped_count(), 0u);
  EXPECT_EQ(result->outcome, Outcome::kFindings);
}

TEST_F(RunHazards, WhatBelongsToAnObjectThatCannotBeReadIsNeverRemoved) {
  ASSERT_TRUE(PutFile(vams(), "chair/leg.glb"));
  options_.skip_verification = true;
  ASSERT_TRUE(Run());
  deployed_.chain.Drain();
  deployed_.objects->refuse = [](const ObjectRef&) { return MakeError(ErrorCode::kAccessDenied, "AccessDenied"); };
  options_.repair = true;
  options_.remove_unexpected = true;
  const VerificationResult result = Verify();
  EXPECT_EQ(result.outcome, Outcome::kFindings);
  EXPECT_EQ(result.report.file_index.failed, 1u);
  EXPECT_EQ(result.report.file_index.unexpected, 0u);
  EXPECT_EQ(result.repaired->removed, 0u);
  EXPECT_TRUE(Indexed("db-one#chair#/leg.glb"));
}

// H6 under the other two encodings.
TEST_F(RunHazards, ARawKeyThatTheIndexerWouldMisreadIsHeldBack) {
  ASSERT_TRUE(PutFile(vams(), "chair/a+b.glb"));
  ASSERT_TRUE(PutFile(vams(), "chair/50%.glb"));
  ASSERT_TRUE(PutFile(vams(), "chair/a b.glb"));
  options_.event_key_encoding = KeyEncoding::kRaw;
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_THAT(result->report.files->withheld, ElementsAre(Pair("indexer-misreads-key", 1)));
  EXPECT_EQ(result->report.files->succeeded, 2u) << "'50%.' is no escape";
  deployed_.chain.Drain();
  EXPECT_TRUE(Indexed("db-one#chair#/50%.glb"));
  EXPECT_TRUE(Indexed("db-one#chair#/a b.glb"));
}

TEST_F(RunHazards, S3sOwnEncodingIsForReadersThatDecode) {
  ASSERT_TRUE(PutFile(vams(), "chair/a+b.glb"));
  options_.event_key_encoding = KeyEncoding::kS3;
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->report.files->withheld.empty());
}

// H7
TEST_F(RunHazards, BelowARecordThatSyncCannotFindOnlyRepairHelps) {
  vams().PutBucketRow(BucketItem(kBucketId, kBucket, "assets"));
  vams().state().mu.Lock();
  vams().state().buckets_rows.erase({kBucketId, kBucket + ":/"});
  vams().state().mu.Unlock();
  deployed_.chain.Bind("topic-" + kBucket, {.bucket = kBucket, .prefix = "assets/"});
  vams().PutAsset(AssetItem(kChair, "assets/chair/"));
  ASSERT_TRUE(PutFile(vams(), "assets/chair/leg.glb"));
  options_.skip_verification = true;
  const auto result = Run();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->report.files->succeeded, 1u);
  const VerificationResult found = Verify();
  EXPECT_THAT(Causes(found, FindingKind::kMissing), ElementsAre(Pair("sync-refuses-bucket", 1)));
  options_.repair = true;
  const VerificationResult mended = Verify();
  EXPECT_EQ(mended.outcome, Outcome::kSuccess);
  EXPECT_EQ(mended.repaired->direct, 1u);
}

// H10
TEST_F(RunHazards, EachRunTouchesWithAnotherValueThatHasMicroseconds) {
  options_.operation = Operation::kAssets;
  options_.skip_verification = true;
  std::vector<std::string> values;
  for (int run = 0; run < 2; ++run) {
    ASSERT_TRUE(RunMigration(options_, deployed_.deployment, clock_, log_, progress_, stop_,
                             {.report_file = ReportFile::kNone}));
    const auto row = vams().assets().GetMany({{kChair}});
    values.emplace_back(StringAttribute((*row)[0]->item, kReindexDateAttribute));
    clock_.Advance(Duration{1});
  }
  EXPECT_NE(values[0], values[1]) << "two runs a microsecond apart";
  for (const std::string& value : values) {
    EXPECT_THAT(value, testing::MatchesRegex("....-..-..T..:..:..[.][0-9]{6}[+]00:00")) << value;
  }
}

}  // namespace
}  // namespace vams
