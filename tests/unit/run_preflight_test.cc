// Hazard H12: a document that is written to a missing index makes one that no search page can use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/migration.h"
#include "run/preflight/preflight.h"
#include "testing/deployed_vams.h"
#include "testing/fake_clock.h"
#include "testing/sample_vams.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::HasSubstr;

class Preflight : public testing::Test {
 protected:
  Preflight() { FillSample(deployed_.vams); }
  SearchIndex& files() { return *deployed_.deployment.file_index; }

  FakeClock clock_;
  DeployedVams deployed_{clock_};
};

TEST_F(Preflight, IndexesAsVamsMakesThemAreFine) { EXPECT_TRUE(CheckIndexes(deployed_.deployment)); }

TEST_F(Preflight, AMissingIndexIsRefused) {
  ASSERT_TRUE(files().Drop());
  const Status checked = CheckIndexes(deployed_.deployment);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(checked.error().message, HasSubstr(files().name()));
  EXPECT_THAT(checked.error().hint, HasSubstr("indexes create"));
}

TEST_F(Preflight, AnotherMappingIsRefused) {
  ASSERT_TRUE(files().Drop());
  ASSERT_TRUE(files().Create(R"({"mappings":{"properties":{"str_key":{"type":"text"}}}})"));
  const Status checked = CheckIndexes(deployed_.deployment);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kPrecondition);
  EXPECT_THAT(checked.error().message, HasSubstr(files().name()));
}

TEST_F(Preflight, ARunStartsNothingWithoutItsIndexes) {
  TempDir dir;
  ASSERT_TRUE(PutFile(deployed_.vams, "chair/leg.glb"));
  ASSERT_TRUE(files().Drop());
  Options options;
  options.topics = SingleTopic{"topic"};
  options.single_topic = true;
  options.report_dir = dir.path() / "reports";
  options.state_dir = dir.path() / "state";
  NoLog log;
  NoProgress progress;
  StopFlag stop;
  const auto result = RunMigration(options, deployed_.deployment, clock_, log, progress, stop, MigrationRequest{});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(deployed_.chain.published(), 0u);
  EXPECT_EQ((*deployed_.vams.assets().GetMany({{kChair}}))[0]->item.Find(kReindexDateAttribute), nullptr);
}

}  // namespace
}  // namespace vams
