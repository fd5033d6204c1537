// The journal where disks and processes fail: what it said is confirmed stays, whatever happens to the rest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "journal/file_journal.h"
#include "testing/journal_samples.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;

// No file of this process grows past `bytes` while this lives; a write that would ends there.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(JournalFault, ACommitThatDoesNotFitIsTakenBackWhereverItStops) {
  const std::vector<JournalBatch> batches = TypicalBatches(3);
  TempDir dir;
  const auto journal = FileJournal::Create(dir.path(), SampleHeader()).value();
  ASSERT_TRUE(journal->Commit(batches[0]));
  const std::uint64_t before = journal->size().value;
  const std::size_t frame = EncodeBatch(batches[1]).value().size();
  for (std::size_t room = 0; room < frame; ++room) {
    {
      const FileSizeLimit limit(before + room);
      const Status status = journal->Commit(batches[1]);
      ASSERT_FALSE(status);
      EXPECT_EQ(status.error().code, ErrorCode::kNoSpace);
    }
    ASSERT_EQ(fs::file_size(dir.path() / "journal"), before) << "with room for " << room << " bytes";
  }
  EXPECT_EQ(journal->state(), StatesAfter(batches)[1]);
  ASSERT_TRUE(journal->Commit(batches[1])) << "there is room again";
  ASSERT_TRUE(journal->Commit(batches[2]));
  const auto contents = FileJournal::Read(dir.path());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->state, StatesAfter(batches)[3]);
  EXPECT_EQ(contents->dropped_bytes, 0u);
}

TEST(JournalFault, AJournalWithoutRoomIsNotMade) {
  TempDir dir;
  {
    const FileSizeLimit limit(8);
    const auto journal = FileJournal::Create(dir.path(), SampleHeader());
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().code, ErrorCode::kNoSpace);
  }
  EXPECT_FALSE(fs::exists(dir.path() / "journal")) << "a journal is made whole or not at all";
  EXPECT_TRUE(FileJournal::Create(dir.path(), SampleHeader())) << "what was left is no obstacle";
}

TEST(JournalFault, ALinkIsNotFollowed) {
  TempDir dir;
  fs::create_symlink(dir.path() / "elsewhere", dir.path() / "journal.new");
  EXPECT_FALSE(FileJournal::Create(dir.path(), SampleHeader()));
  EXPECT_FALSE(fs::exists(dir.path() / "elsewhere"));
}

TEST(JournalFault, ACompactionThatDoesNotFitLeavesTheOldJournal) {
  TempDir dir;
  const auto journal = FileJournal::Create(dir.path(), SampleHeader(), {.compact_above = Bytes{2000}}).value();
  const std::vector<JournalBatch> batches = TypicalBatches(40);
  fs::create_directory(dir.path() / "journal.new");  // cannot be opened to write
  fs::create_directory(dir.path() / "journal.new" / "kept");
  for (const JournalBatch& batch : batches) ASSERT_TRUE(journal->Commit(batch));
  EXPECT_GT(journal->size().value, 8000u);
  EXPECT_EQ(FileJournal::Read(dir.path())->state, StatesAfter(batches).back());
}

// A process of its own that commits `n` = 0, 1, ... and tells each that is confirmed, until it is killed.
pid_t StartWriter(const fs::path& directory, int first, const std::array<int, 2>& confirmed) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  close(confirmed[0]);
  auto opened = FileJournal::Open(directory, {.compact_above = Bytes{1500}});
  if (!opened) _exit(1);
  for (int n = first;; ++n) {
    const std::string key = std::to_string(1'000'000 + n);
    const std::string next = std::to_string(1'000'001 + n);
    if (!opened->journal->Commit({.files = {{{"b", ""}, {{key, next}}}}, .counters = {{"n", std::to_string(n)}}}) ||
        write(confirmed[1], &n, sizeof n) != static_cast<ssize_t>(sizeof n)) {
      _exit(2);
    }
  }
}

TEST(JournalFault, KilledAtAnyMomentNothingConfirmedIsLost) {
  TempDir dir;
  ASSERT_TRUE(FileJournal::Create(dir.path(), SampleHeader()));
  int next = 0;
  for (int round = 0; round < 25; ++round) {
    std::array<int, 2> confirmed{};
    ASSERT_EQ(pipe(confirmed.data()), 0);
    const pid_t pid = StartWriter(dir.path(), next, confirmed);
    ASSERT_GT(pid, 0);
    close(confirmed[1]);
    int last = -1;
    // The moment is one of a commit or of a compaction, each time another.
    for (int reads = 3 + 7 * round % 40; reads > 0; --reads) {
      ASSERT_EQ(read(confirmed[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
    }
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    while (read(confirmed[0], &last, sizeof last) == static_cast<ssize_t>(sizeof last)) {
    }
    close(confirmed[0]);
    const auto opened = FileJournal::Open(dir.path());
    ASSERT_TRUE(opened) << opened.error().message;
    const JournalState& state = opened->journal->state();
    const int held = std::stoi(state.counters.at("n"));
    EXPECT_GE(held, last);
    EXPECT_LE(held, last + 1) << "no more than what was in flight";
    EXPECT_THAT(state.files.at({"b", ""}).Intervals(),
                testing::ElementsAre(KeyInterval{"1000000", std::to_string(1'000'001 + held)}));
    next = held + 1;
  }
}

}  // namespace
}  // namespace vams
