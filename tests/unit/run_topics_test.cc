// Where events go: each bucket has a topic of its own (docs/reference/deployment-hazards.md, H4).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/mutex.h"
#include "run/migration.h"
#include "run/preflight/topics.h"
#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Keeps warnings.
class WarningLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view line) override {
    const MutexLock lock(mu_);
    if (level == LogLevel::kWarning) warnings_.emplace_back(line);
  }
  bool Enabled(LogLevel) const override { return true; }
  std::vector<std::string> warnings() const {
    const MutexLock lock(mu_);
    return warnings_;
  }

 private:
  mutable Mutex mu_;
  std::vector<std::string> warnings_ GUARDED_BY(mu_);
};

class RunTopics : public ::testing::Test {
 protected:
  RunTopics() {
    FillSample(deployed_.vams);
    deployed_.vams.CreateBucket("other");
    deployed_.vams.PutBucketRow(BucketItem("bucket-2", "other", "/"));
    Item table = AssetItem({"db-one", "table"}, "table/");
    table.Set("bucketId", "bucket-2");
    deployed_.vams.PutAsset(std::move(table));
    options_.state_dir = dir_.path() / "state";
    options_.skip_verification = true;
  }
  void SetUp() override {
    ASSERT_TRUE(PutFile(deployed_.vams, "chair/leg.glb"));
    ASSERT_TRUE(deployed_.vams.PutObject({"other", "table/top.glb"}, HeadOf({"db-one", "table"})));
  }

  Result<FileTargets> Plan() {
    NoProgress progress;
    FindingSink findings{{}};
    const RunContext run{options_, deployed_.deployment, clock_, log_, progress, stop_, findings};
    return PlanFileTargets(run);
  }
  Result<MigrationResult> Run() {
    NoProgress progress;
    return RunMigration(options_, deployed_.deployment, clock_, log_, progress, stop_,
                        {.report_file = ReportFile::kNone});
  }
  void Notifies(const std::string& bucket, std::vector<std::string> topics) {
    const MutexLock lock(deployed_.vams.state().mu);
    deployed_.vams.state().buckets.at(bucket).topics = std::move(topics);
  }
  bool Touched() {
    const auto row = deployed_.vams.assets().GetMany({{kChair}});
    return (*row)[0]->item.Find(kReindexDateAttribute) != nullptr;
  }

  TempDir dir_;
  FakeClock clock_;
  DeployedVams deployed_{clock_};
  Options options_;
  WarningLog log_;
  StopFlag stop_;
};

TEST_F(RunTopics, AForeignTopicRefusesTheRunBeforeAnythingIsChanged) {
  options_.topics = SingleTopic{"topic-files"};
  const auto result = Run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(result.error().message, HasSubstr("bucket other notifies the topic topic-other"));
  EXPECT_THAT(result.error().message, HasSubstr("topic-files"));
  EXPECT_THAT(result.error().hint, HasSubstr("\"auto\""));
  EXPECT_EQ(deployed_.chain.published(), 0u);
  EXPECT_FALSE(Touched());
}

TEST_F(RunTopics, ARepairIsRefusedToo) {
  options_.topics = SingleTopic{"topic-files"};
  options_.repair = true;
  NoProgress progress;
  const auto result = RunVerification(options_, deployed_.deployment, clock_, log_, progress, stop_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPrecondition);
}

TEST_F(RunTopics, ASingleTopicIsUsedWhereThePersonSaysSo) {
  options_.topics = SingleTopic{"topic-files"};
  options_.single_topic = true;
  ASSERT_TRUE(Run());
  EXPECT_EQ(deployed_.chain.published("topic-files"), 2u);
  EXPECT_THAT(log_.warnings(), IsEmpty());
}

TEST_F(RunTopics, AForeignBucketThatIsNotSelectedIsNoReason) {
  options_.topics = SingleTopic{"topic-files"};
  options_.selection.bucket = kBucket;
  ASSERT_TRUE(Run());
  EXPECT_EQ(deployed_.chain.published("topic-files"), 1u);
}

TEST_F(RunTopics, AssetsAloneNeedNoTopic) {
  options_.topics = SingleTopic{"topic-files"};
  options_.operation = Operation::kAssets;
  ASSERT_TRUE(Run());
  EXPECT_TRUE(Touched());
}

TEST_F(RunTopics, AutoTakesEachBucketsOwn) {
  options_.topics = AutoTopics{};
  ASSERT_TRUE(Run());
  EXPECT_EQ(deployed_.chain.published("topic-files"), 1u);
  EXPECT_EQ(deployed_.chain.published("topic-other"), 1u);
}

TEST_F(RunTopics, AMapNamesEachBucketsOwnTopic) {
  options_.topics = TopicByBucket{{{"files", "topic-files"}, {"other", "topic-other"}}};
  ASSERT_TRUE(Run());
  EXPECT_EQ(deployed_.chain.published("topic-files"), 1u);
  EXPECT_EQ(deployed_.chain.published("topic-other"), 1u);
}

TEST_F(RunTopics, AMapThatNamesForeignTopicsIsRefusedWithAllOfThem) {
  options_.topics = TopicByBucket{{{"files", "topic-other"}, {"other", "topic-files"}}};
  const auto result = Run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(result.error().message, HasSubstr("bucket files notifies the topic topic-files"));
  EXPECT_THAT(result.error().message, HasSubstr("bucket other notifies the topic topic-other"));
  EXPECT_FALSE(Touched());
}

TEST_F(RunTopics, AMapIsTakenAsItIsWhereThePersonSaysSo) {
  options_.topics = TopicByBucket{{{"files", "one"}, {"other", "two"}}};
  options_.single_topic = true;
  ASSERT_TRUE(Run());
  EXPECT_EQ(deployed_.chain.published("one"), 1u);
  EXPECT_EQ(deployed_.chain.published("two"), 1u);
}

TEST_F(RunTopics, AMapWithoutABucketIsAMistakeOfTheConfiguration) {
  options_.topics = TopicByBucket{{{"files", "one"}}};
  const auto result = Run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUsage);
  EXPECT_THAT(result.error().message, HasSubstr("other"));
  EXPECT_FALSE(Touched());
}

TEST_F(RunTopics, AConfigurationThatCannotBeReadIsAWarningWithThePermission) {
  options_.topics = SingleTopic{"topic-files"};
  deployed_.objects->refuse_topics = MakeError(ErrorCode::kAccessDenied, "AccessDenied");
  const auto result = Run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(deployed_.chain.published("topic-files"), 2u);
  ASSERT_THAT(log_.warnings(), SizeIs(2));
  EXPECT_THAT(log_.warnings()[0], HasSubstr("s3:GetBucketNotification"));
}

TEST_F(RunTopics, AutoCannotDoWithoutThePermission) {
  options_.topics = AutoTopics{};
  deployed_.objects->refuse_topics = MakeError(ErrorCode::kAccessDenied, "AccessDenied");
  const auto result = Run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kAccessDenied);
  EXPECT_THAT(result.error().hint, HasSubstr("s3:GetBucketNotification"));
  EXPECT_FALSE(Touched());
}

TEST_F(RunTopics, AutoNeedsExactlyOneTopic) {
  options_.topics = AutoTopics{};
  Notifies("other", {});
  EXPECT_THAT(Plan().error().message, HasSubstr("bucket other notifies no topic"));
  Notifies("other", {"a", "b"});
  EXPECT_THAT(Plan().error().message, HasSubstr("several topics: a, b"));
}

TEST_F(RunTopics, ABucketWithoutNotificationIsAWarning) {
  options_.topics = SingleTopic{"topic-files"};
  Notifies("other", {});
  ASSERT_TRUE(Plan());
  EXPECT_THAT(log_.warnings(), testing::ElementsAre(HasSubstr("Bucket other notifies no topic")));
}

TEST_F(RunTopics, ABucketThatIsGoneIsAFailureOfItsOwn) {
  options_.topics = AutoTopics{};
  deployed_.vams.PutBucketRow(BucketItem("bucket-3", "gone", "/"));
  const auto result = Run();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->report.files->failed, 1u);
  EXPECT_EQ(result->report.files->succeeded, 2u);
}

// H7
TEST_F(RunTopics, APrefixThatBucketSyncCannotFindIsNamed) {
  options_.topics = AutoTopics{};
  deployed_.vams.PutBucketRow(BucketItem("bucket-3", "other", "assets"));
  ASSERT_TRUE(Plan());
  EXPECT_THAT(log_.warnings(), testing::ElementsAre(HasSubstr("other, prefix 'assets'")));
}

TEST_F(RunTopics, AnEmbeddedVamsTellsItselfAndHasNoSync) {
  options_.topics = SingleTopic{"echoed only"};
  options_.local = dir_.path();
  deployed_.deployment.bucket_sync = false;
  deployed_.vams.PutBucketRow(BucketItem("bucket-3", "other", "assets"));
  Notifies("other", {});
  const auto targets = Plan();
  ASSERT_TRUE(targets);
  EXPECT_EQ(*targets->topics.at("files"), "topic-files");
  EXPECT_FALSE(targets->topics.at("other")) << "told when its files are to be published";
  EXPECT_THAT(log_.warnings(), IsEmpty());
}

}  // namespace
}  // namespace vams
