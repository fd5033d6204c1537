#include "run/state/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "run/migration.h"
#include "run/state/run_journal.h"
#include "testing/deployed_vams.h"
#include "testing/hooked_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr UtcTime kNow{std::chrono::seconds(1'700'000'000)};

std::string TextOf(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

mode_t ModeOf(const fs::path& path) {
  struct stat info{};
  return lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

TEST(RunDirectory, IsForItsOwnerAlone) {
  TempDir dir;
  const mode_t before = umask(0);
  const auto run = RunDirectory::Create(dir.path() / "state", kNow);
  umask(before);
  ASSERT_TRUE(run);
  EXPECT_EQ(ModeOf(run->path()), 0700u);
  EXPECT_EQ(ModeOf(run->scratch()), 0700u);
}

TEST(RunDirectory, AProbeLeavesNothingAndTouchesNothing) {
  TempDir dir;
  std::ofstream(dir.path() / "matters") << "whole";
  const auto place = dir.path() / "place";
  fs::create_directory(place);
  // What a neighbour may have laid there for the name that an earlier version took.
  fs::create_symlink(dir.path() / "matters", place / (".vams-migrate-" + std::to_string(getpid())));
  EXPECT_TRUE(EnsureWritable(place, "the report"));
  EXPECT_EQ(TextOf(dir.path() / "matters"), "whole");
  EXPECT_EQ(std::distance(fs::directory_iterator(place), fs::directory_iterator()), 1);
}

TEST(RunDirectory, AReportTakesThePlaceOfNothing) {
  TempDir dir;
  const auto first = WriteNewReport(dir.path(), kNow, "one");
  ASSERT_TRUE(first);
  EXPECT_EQ(ModeOf(*first), 0600u);
  const auto second = WriteNewReport(dir.path(), kNow, "two");
  ASSERT_TRUE(second);
  EXPECT_EQ(TextOf(*first), "one");
  EXPECT_EQ(TextOf(*second), "two");
  // A link that leads nowhere yet is in the way, too.
  fs::remove(*second);
  fs::create_symlink(dir.path() / "elsewhere", *second);
  const auto third = WriteNewReport(dir.path(), kNow, "three");
  ASSERT_TRUE(third);
  EXPECT_NE(*third, *second);
  EXPECT_FALSE(fs::exists(dir.path() / "elsewhere"));
}

class ActiveRunTest : public testing::Test {
 protected:
  ActiveRunTest() {
    options_.topics = SingleTopic{"topic"};
    options_.single_topic = true;
    options_.state_dir = dir_.path() / "state";
  }
  Result<MigrationResult> Run(const MigrationRequest& request) {
    return RunMigration(options_, deployed_.deployment, clock_, log_, progress_, stop_, request);
  }

  TempDir dir_;
  HookedClock clock_;
  DeployedVams deployed_{clock_};
  Options options_;
  NoLog log_;
  NoProgress progress_;
  StopFlag stop_;
};

// Its scratch files are what the other process sorts and merges; without them its verification is lost.
TEST_F(ActiveRunTest, IsLeftAloneByWhoeverWantsToResumeIt) {
  const auto run = RunDirectory::Create(options_.state_dir, kNow);
  ASSERT_TRUE(run);
  const auto journal =
      RunJournal::Begin(run->path(), {.id = run->id(), .program_version = "1", .replay_of = "", .now = kNow}, options_);
  ASSERT_TRUE(journal);
  std::ofstream(run->scratch() / "files.0.run") << "half of it";
  const auto resumed = Run({.report_file = ReportFile::kNone, .resume = run->id()});
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, ErrorCode::kBusy);
  EXPECT_THAT(resumed.error().message, HasSubstr(std::to_string(getpid())));
  const auto replayed = Run({.report_file = ReportFile::kNone, .replay = run->id()});
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error().code, ErrorCode::kBusy);
  EXPECT_EQ(TextOf(run->scratch() / "files.0.run"), "half of it");
}

TEST_F(ActiveRunTest, AnEmptyIdNamesNoRun) {
  for (const MigrationRequest& request :
       {MigrationRequest{.resume = ""}, MigrationRequest{.replay = ""}, MigrationRequest{.resume = "."}}) {
    const auto ran = Run(request);
    ASSERT_FALSE(ran) << "a new, whole migration";
    EXPECT_EQ(ran.error().code, ErrorCode::kNotFound);
  }
}

}  // namespace
}  // namespace vams
