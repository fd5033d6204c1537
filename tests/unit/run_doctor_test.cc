#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "run/preflight/doctor.h"
#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

using State = DoctorCheck::State;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kTopic = "arn:aws:sns:eu-west-1:1:topic";

class ScriptedReaders final : public StreamReaders {
 public:
  Result<std::vector<StreamReader>> answer = std::vector<StreamReader>{};
  Result<std::vector<StreamReader>> Of(const std::string&) override { return answer; }
  const std::vector<std::string>& tables() const override { return tables_; }

 private:
  const std::vector<std::string> tables_{"assets"};
};

class ScriptedBacklog final : public EventBacklog {
 public:
  Result<std::optional<ItemCount>> waiting = ItemCount{3};
  Result<std::optional<ItemCount>> Behind(std::string_view) override { return waiting; }
};

// Refuses what a table is asked first.
class RefusingSideTables final : public SideTables {
 public:
  explicit RefusingSideTables(SideTables& inner) : inner_(inner) {}
  Result<std::vector<std::optional<Item>>> GetMetadata(std::span<const MetadataKey>) override {
    return Fail(ErrorCode::kAccessDenied, "no metadata");
  }
  Result<std::vector<std::vector<Item>>> QueryLinks(std::span<const LinkQuery> queries,
                                                    std::optional<ItemCount> limit) override {
    return inner_.QueryLinks(queries, limit);
  }
  Result<std::vector<std::vector<Item>>> QueryVersions(std::span<const std::string> asset_ids,
                                                       std::optional<ItemCount> limit) override {
    return inner_.QueryVersions(asset_ids, limit);
  }

 private:
  SideTables& inner_;
};

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    FillSample(vams_.vams);
    EXPECT_TRUE(PutFile(vams_.vams, "chair/leg.glb"));
    {
      MemoryState& state = vams_.vams.state();
      const MutexLock lock(state.mu);
      state.buckets.find(kBucket)->second.topics = {kTopic};
    }
    deployment().identity = [] { return "arn:aws:iam::1:user/me (account 1)"; };
    auto readers = std::make_unique<ScriptedReaders>();
    readers_ = readers.get();
    readers_->answer = std::vector{Indexer()};
    deployment().stream_readers = std::move(readers);
    auto backlog = std::make_unique<ScriptedBacklog>();
    backlog_ = backlog.get();
    deployment().backlog = std::move(backlog);
    deployment().changes = MakeMemoryChangeStream(vams_.vams.state());
    options_.topics = AutoTopics{};
  }

  Deployment& deployment() { return vams_.deployment; }
  static StreamReader Indexer() {
    return {.function = "indexer", .table = "assets", .reads = true, .last_result = "OK", .behind = seconds(2)};
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const DoctorCheck& check : checks_) names.push_back(check.name);
    return names;
  }
  const std::vector<DoctorCheck>& Run() {
    told_ = 0;
    checks_ = RunDoctor(options_, deployment(), stop_, [this](const DoctorCheck&) { ++told_; });
    EXPECT_EQ(told_, checks_.size());
    return checks_;
  }
  DoctorCheck Check(const std::string& name) {
    Run();
    for (const DoctorCheck& check : checks_) {
      if (check.name == name) return check;
    }
    ADD_FAILURE() << "no check " << name << " among " << testing::PrintToString(Names());
    return {};
  }
  DoctorCheck OfReader() { return Check("indexing of assets by indexer"); }

  FakeClock clock_;
  DeployedVams vams_{clock_};
  ScriptedReaders* readers_ = nullptr;
  ScriptedBacklog* backlog_ = nullptr;
  Options options_;
  StopFlag stop_;
  std::vector<DoctorCheck> checks_;
  std::size_t told_ = 0;
};

TEST_F(DoctorTest, TheWholeChainInItsOrder) {
  for (const DoctorCheck& check : Run()) EXPECT_EQ(check.state, State::kOk) << check.name << ": " << check.detail;
  EXPECT_THAT(Names(), ElementsAre("credentials", "asset table", "touching assets", "buckets table", "bucket files",
                                   "queue behind topic", "side tables", "change streams",
                                   "indexing of assets by indexer", StartsWith("index "), StartsWith("index ")));
}

TEST_F(DoctorTest, WithoutCredentialsNothingElseIsLookedAt) {
  deployment().identity = []() -> Result<std::string> {
    return std::unexpected(MakeError(ErrorCode::kAccessDenied, "the token has expired").WithHint("log in again"));
  };
  Run();
  ASSERT_THAT(Names(), ElementsAre("credentials", "everything else"));
  EXPECT_EQ(checks_[0].state, State::kFailed);
  EXPECT_EQ(checks_[0].fix, "log in again");
  EXPECT_EQ(checks_[1].state, State::kUnknown);
}

TEST_F(DoctorTest, WhereTheTellerOfIdentitiesIsAwayTheRestIsLookedAt) {
  deployment().identity = []() -> Result<std::string> { return Fail(ErrorCode::kTimeout, "sts does not answer"); };
  Run();
  EXPECT_EQ(checks_[0].state, State::kFailed);
  EXPECT_EQ(Names().back().substr(0, 6), "index ");
}

TEST_F(DoctorTest, WhatCouldNotBeOpenedIsALinkOfTheChain) {
  deployment().faults = {
      {OpenFault::Part::kSideTables, MakeError(ErrorCode::kUsage, "which tables?").WithHint("name them")},
      {OpenFault::Part::kIndexes, MakeError(ErrorCode::kNotFound, "no parameter").WithHint("list them")}};
  deployment().asset_index = nullptr;
  deployment().file_index = nullptr;
  const DoctorCheck tables = Check("side tables");
  EXPECT_EQ(tables.state, State::kFailed);
  EXPECT_EQ(tables.fix, "name them");
  const DoctorCheck indexes = Check("indexes");
  EXPECT_EQ(indexes.state, State::kFailed);
  EXPECT_EQ(indexes.detail, "no parameter");
  EXPECT_EQ(indexes.fix, "list them");
  EXPECT_EQ(Check("bucket files").state, State::kOk) << "the others are looked at";
}

TEST_F(DoctorTest, ATableThatIsRefusedIsNotFine) {
  SideTables& inner = vams_.vams.side_tables();
  deployment().side_tables = std::make_unique<RefusingSideTables>(inner);
  EXPECT_EQ(Check("metadata table").state, State::kFailed);
  for (const std::string& name : Names()) EXPECT_NE(name, "side tables") << "it would say that all is well";
}

// Hazard H4.
TEST_F(DoctorTest, ABucketThatNotifiesAnotherTopic) {
  options_.topics = SingleTopic{"arn:aws:sns:eu-west-1:1:other"};
  const DoctorCheck check = Check("bucket files");
  EXPECT_EQ(check.state, State::kFailed);
  EXPECT_THAT(check.detail, HasSubstr(kTopic));
  EXPECT_THAT(check.fix, HasSubstr("auto"));
}

TEST_F(DoctorTest, ABucketWhoseTopicIsNotTold) {
  vams_.objects->refuse_topics = MakeError(ErrorCode::kAccessDenied, "no").WithHint("allow s3:GetBucketNotification");
  options_.topics = SingleTopic{kTopic};
  const DoctorCheck check = Check("bucket files");
  EXPECT_EQ(check.state, State::kWarning);
  EXPECT_EQ(check.fix, "allow s3:GetBucketNotification");
}

// Hazard H7.
TEST_F(DoctorTest, APrefixThatBucketSyncNeverFinds) {
  vams_.vams.PutBucketRow(BucketItem("bucket-2", kBucket, "sub"));
  const DoctorCheck check = Check("stored prefixes");
  EXPECT_EQ(check.state, State::kWarning);
  EXPECT_THAT(check.detail, HasSubstr("sub"));
  EXPECT_THAT(check.fix, HasSubstr("baseAssetsPrefix"));
}

TEST_F(DoctorTest, AQueueThatNobodyTellsOf) {
  backlog_->waiting = std::nullopt;
  const DoctorCheck check = Check("queue behind topic");
  EXPECT_EQ(check.state, State::kUnknown);
  EXPECT_THAT(check.fix, HasSubstr("sqs:GetQueueAttributes"));
}

// Hazard H12.
TEST_F(DoctorTest, AnIndexThatIsNotThereOrIsAnother) {
  const std::string name = "index " + deployment().asset_index->name();
  ASSERT_TRUE(deployment().asset_index->Drop());
  EXPECT_EQ(Check(name).state, State::kFailed);
  EXPECT_THAT(Check(name).fix, HasSubstr("indexes create"));
  ASSERT_TRUE(deployment().asset_index->Create(R"({"mappings":{"properties":{}}})"));
  EXPECT_EQ(Check(name).state, State::kFailed);
  EXPECT_THAT(Check(name).fix, HasSubstr("indexes check"));
}

// Hazard H11, here and below.
TEST_F(DoctorTest, AnIndexerThatIsFarBehind) {
  StreamReader reader = Indexer();
  reader.behind = minutes(9);
  readers_->answer = std::vector{reader};
  EXPECT_EQ(OfReader().state, State::kOk);
  reader.behind = minutes(134);
  readers_->answer = std::vector{reader};
  const DoctorCheck check = OfReader();
  EXPECT_EQ(check.state, State::kWarning);
  EXPECT_THAT(check.detail, HasSubstr("134 min behind"));
  EXPECT_THAT(check.detail, HasSubstr("expires after 24 h"));
  EXPECT_THAT(check.fix, HasSubstr("log of the function indexer"));
}

TEST_F(DoctorTest, AnIndexerWithoutWork) {
  StreamReader reader = Indexer();
  reader.behind = std::nullopt;
  readers_->answer = std::vector{reader};
  EXPECT_EQ(OfReader().state, State::kOk);
  reader.last_result = "PROBLEM: Function call failed";
  readers_->answer = std::vector{reader};
  EXPECT_EQ(OfReader().state, State::kWarning);
  EXPECT_THAT(OfReader().detail, HasSubstr("Function call failed"));
}

TEST_F(DoctorTest, AnIndexerThatIsSwitchedOff) {
  StreamReader reader = Indexer();
  reader.reads = false;
  readers_->answer = std::vector{reader};
  EXPECT_EQ(OfReader().state, State::kWarning);
  EXPECT_THAT(OfReader().fix, HasSubstr("enable"));
}

TEST_F(DoctorTest, NoIndexerAtAll) {
  readers_->answer = std::vector<StreamReader>{};
  EXPECT_EQ(Check("indexing of assets").state, State::kWarning);
}

TEST_F(DoctorTest, AnIndexerOfWhichNothingIsTold) {
  const Error refused = MakeError(ErrorCode::kAccessDenied, "no").WithHint("allow it");
  StreamReader reader = Indexer();
  reader.behind = std::unexpected(refused);
  readers_->answer = std::vector{reader};
  EXPECT_EQ(OfReader().state, State::kUnknown);
  EXPECT_EQ(OfReader().fix, "allow it");
  readers_->answer = std::unexpected(refused);
  EXPECT_EQ(Check("indexing of assets").state, State::kUnknown);
  EXPECT_EQ(Check("indexing of assets").fix, "allow it");
}

TEST_F(DoctorTest, AStopEndsIt) {
  stop_.Request();
  EXPECT_TRUE(Run().empty());
}

TEST(DoctorStates, HaveNames) {
  EXPECT_EQ(DoctorStateName(State::kOk), "ok");
  EXPECT_EQ(DoctorStateName(State::kWarning), "warning");
  EXPECT_EQ(DoctorStateName(State::kFailed), "failed");
  EXPECT_EQ(DoctorStateName(State::kUnknown), "unknown");
}

}  // namespace
}  // namespace vams
