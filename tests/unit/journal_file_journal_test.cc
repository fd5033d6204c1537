#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <string>

#include "base/durable_file.h"
#include "journal/file_journal.h"
#include "testing/journal_samples.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Nothing here asks what outlives a power failure.
int NoSync(int /*fd*/) { return 0; }

Status NoDirectorySync(const fs::path& /*directory*/) { return {}; }

FileJournalOptions Options() { return {.sync = NoSync, .sync_directory = NoDirectorySync}; }

class FileJournalTest : public testing::Test {
 protected:
  std::unique_ptr<FileJournal> Create(FileJournalOptions options = Options()) {
    auto journal = FileJournal::Create(dir_.path(), SampleHeader(), std::move(options));
    EXPECT_TRUE(journal) << journal.error().message;
    return *std::move(journal);
  }
  OpenedJournal Open() {
    auto opened = FileJournal::Open(dir_.path(), Options());
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  Error OpenError() { return FileJournal::Open(dir_.path(), Options()).error(); }
  // A journal with these commits that nobody holds, and its bytes.
  std::string Written(const std::vector<JournalBatch>& batches) {
    const auto journal = Create();
    for (const JournalBatch& batch : batches) EXPECT_TRUE(journal->Commit(batch));
    return Content("journal");
  }
  std::string Content(const std::string& name) { return ReadWholeFile(dir_.path() / name).value().value_or("none"); }
  void Put(const std::string& name, std::string_view bytes) { std::ofstream(dir_.path() / name) << bytes; }

  TempDir dir_;
};

TEST_F(FileJournalTest, GoesOnWhereItStood) {
  Put("findings.ndjson", std::string(1000, 'f'));
  const auto states = StatesAfter(SampleBatches());
  {
    const auto journal = Create();
    for (const JournalBatch& batch : SampleBatches()) ASSERT_TRUE(journal->Commit(batch));
    EXPECT_EQ(journal->state(), states.back());
  }
  const OpenedJournal opened = Open();
  EXPECT_EQ(opened.journal->header(), SampleHeader());
  EXPECT_EQ(opened.journal->state(), states.back());
  EXPECT_EQ(opened.dropped_bytes, 0u);
  EXPECT_EQ(Content("journal"), EncodeJournal(SampleHeader(), SampleBatches()));
}

TEST_F(FileJournalTest, IsReadableByItsOwnerAlone) {
  Create();
  struct stat info{};
  ASSERT_EQ(stat((dir_.path() / "journal").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(FileJournalTest, HasOneWriter) {
  const auto journal = Create();
  for (const Error& error : {OpenError(), FileJournal::Create(dir_.path(), SampleHeader(), Options()).error()}) {
    EXPECT_EQ(error.code, ErrorCode::kBusy);
    EXPECT_THAT(error.message, HasSubstr(std::to_string(getpid())));
    EXPECT_THAT(error.hint, HasSubstr("wait"));
  }
}

TEST_F(FileJournalTest, IsReadWhileItIsWritten) {
  const auto journal = Create();
  ASSERT_TRUE(journal->Commit({.counters = {{"files", "1"}}}));
  auto contents = FileJournal::Read(dir_.path());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->state, journal->state());
  const std::string torn = Content("journal") + "torn";
  Put("journal", torn);
  Put("journal.new", "left");
  contents = FileJournal::Read(dir_.path());
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->state, journal->state());
  EXPECT_EQ(contents->dropped_bytes, 4u);
  EXPECT_EQ(Content("journal"), torn) << "reading changes nothing";
  EXPECT_EQ(Content("journal.new"), "left");
}

TEST_F(FileJournalTest, WhereNoneIsNothingIsMade) {
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.message, HasSubstr(dir_.str()));
  EXPECT_THAT(error.hint, HasSubstr("begin a new run"));
  EXPECT_EQ(FileJournal::Read(dir_.path()).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(fs::is_empty(dir_.path()));
}

TEST_F(FileJournalTest, OneRunADirectory) {
  const std::string bytes = Written({});
  const auto second = FileJournal::Create(dir_.path(), SampleHeader(), Options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Content("journal"), bytes);
}

TEST_F(FileJournalTest, ACreationThatWasCutOffIsBegunAgain) {
  Put("journal.new", EncodeHeader(SampleHeader()).substr(0, 50));
  EXPECT_EQ(OpenError().code, ErrorCode::kNotFound);
  EXPECT_TRUE(Create()->Commit({}));
  EXPECT_FALSE(fs::exists(dir_.path() / "journal.new"));
}

TEST_F(FileJournalTest, ATornTailIsCutOffAndWrittenOver) {
  const std::vector<JournalBatch> batches = TypicalBatches(3);
  const auto states = StatesAfter(batches);
  const std::string whole = Written(batches);
  const std::size_t last = EncodeBatch(batches.back()).value().size();
  // Every byte: JournalReader.EveryCutOfTheLast4KiBOfALongOneIsAPrefix.
  for (std::size_t size = whole.size() - last; size <= whole.size(); size += size < whole.size() - 7 ? 7 : 1) {
    Put("journal", whole.substr(0, size));
    const std::size_t commits = size == whole.size() ? 3 : 2;
    {
      const OpenedJournal opened = Open();
      EXPECT_EQ(opened.journal->state(), states[commits]);
      EXPECT_EQ(opened.dropped_bytes, commits == 3 ? 0 : size - (whole.size() - last));
      EXPECT_EQ(fs::file_size(dir_.path() / "journal"), size - opened.dropped_bytes) << "before anything is committed";
      ASSERT_TRUE(opened.journal->Commit(batches.back()));
    }
    EXPECT_TRUE(Content("journal").starts_with(whole)) << "the commit stands where the torn one stood";
    EXPECT_EQ(Open().journal->state(), states[3]);
  }
}

TEST_F(FileJournalTest, DamageInTheMiddleDropsWhatFollowsAndIsTold) {
  const std::vector<JournalBatch> batches = TypicalBatches(3);
  std::string bytes = Written(batches);
  const std::size_t second = EncodeJournal(SampleHeader(), {batches[0]}).size();
  bytes[second + 20] = static_cast<char>(bytes[second + 20] ^ 1);
  Put("journal", bytes);
  {
    const OpenedJournal opened = Open();
    EXPECT_EQ(opened.dropped_bytes, bytes.size() - second);
    EXPECT_EQ(opened.journal->state(), StatesAfter(batches)[1]);
  }
  EXPECT_EQ(Open().dropped_bytes, 0u);
}

TEST_F(FileJournalTest, ADamagedHeaderSaysWhatToDo) {
  const std::string bytes = Written({});
  for (const std::string& damaged : {std::string(), std::string("x"), bytes.substr(0, bytes.size() - 1), bytes + "x"}) {
    Put("journal", damaged);
    if (damaged.size() > bytes.size()) {
      EXPECT_TRUE(FileJournal::Open(dir_.path(), Options()));
      continue;
    }
    const Error error = OpenError();
    EXPECT_EQ(error.code, ErrorCode::kCorrupt);
    EXPECT_THAT(error.message, HasSubstr(dir_.str()));
    EXPECT_THAT(error.hint, HasSubstr("begin a new run"));
    EXPECT_EQ(Content("journal"), damaged) << "it is left as it is";
  }
}

TEST_F(FileJournalTest, SideFilesAreCutToWhatCounts) {
  const std::string before_any = Written({});
  Put("findings.ndjson", "one\ntwo\n");
  Put("foreign", "not ours");
  {
    const OpenedJournal opened = Open();
    EXPECT_EQ(Content("findings.ndjson"), "") << "no commit has named it";
    Put("findings.ndjson", "one\ntwo\n");
    ASSERT_TRUE(opened.journal->Commit({.side_files = {{"findings.ndjson", 4}, {"failed.ndjson", 0}}}));
  }
  Open();
  EXPECT_EQ(Content("findings.ndjson"), "one\n");
  EXPECT_EQ(Content("failed.ndjson"), "none");
  EXPECT_EQ(Content("foreign"), "not ours");
}

TEST_F(FileJournalTest, ASideFileThatLacksBytesIsDamage) {
  {
    const auto journal = Create();
    Put("findings.ndjson", "one\n");
    ASSERT_TRUE(journal->Commit({.side_files = {{"findings.ndjson", 4}}}));
  }
  Put("findings.ndjson", "one");
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_THAT(error.message, HasSubstr("findings.ndjson holds 3 bytes"));
  EXPECT_THAT(error.hint, HasSubstr("begin a new run"));
}

TEST_F(FileJournalTest, WhatACommitCannotMeanIsRefusedAndNotWritten) {
  const auto journal = Create();
  const std::string bytes = Content("journal");
  Put("findings.ndjson", "one\n");
  for (const JournalBatch& batch : std::vector<JournalBatch>{
           {.assets = {{2, 2, std::nullopt}}},
           {.side_files = {{"../findings.ndjson", 4}}},
           {.side_files = {{"other.ndjson", 0}}},
           {.side_files = {{"findings.ndjson", 5}}},
           {.side_files = {{"failed.ndjson", 1}}},
       }) {
    const Status status = journal->Commit(batch);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(Content("journal"), bytes);
  EXPECT_TRUE(journal->Commit({.side_files = {{"findings.ndjson", 4}}}));
  JournalHeader header = SampleHeader();
  header.side_files = {"journal"};
  TempDir other;
  EXPECT_EQ(FileJournal::Create(other.path(), header, Options()).error().code, ErrorCode::kInvalid);
}

TEST_F(FileJournalTest, SideFilesAreSyncedBeforeTheCommitThatCountsThem) {
  std::vector<std::string> synced;
  const auto journal = Create({.sync = [&](int fd) {
    synced.push_back(fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).filename());
    return 0;
  }});
  Put("findings.ndjson", "one\n");
  synced.clear();
  ASSERT_TRUE(journal->Commit({.side_files = {{"findings.ndjson", 4}}}));
  EXPECT_THAT(synced, testing::ElementsAre("findings.ndjson", "journal"));
}

TEST_F(FileJournalTest, AfterASyncThatFailedItTakesNoCommit) {
  for (const std::string failing : {"journal", "findings.ndjson"}) {
    TempDir dir;
    bool fails = false;
    const auto sync = [&](int fd) {
      if (!fails || fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).filename() != failing) return 0;
      errno = EIO;
      return -1;
    };
    const auto journal = FileJournal::Create(dir.path(), SampleHeader(), {.sync = sync}).value();
    std::ofstream(dir.path() / "findings.ndjson") << "one\n";
    ASSERT_TRUE(journal->Commit({.counters = {{"files", "1"}}}));
    const JournalState before = journal->state();
    fails = true;
    EXPECT_EQ(journal->Commit({.side_files = {{"findings.ndjson", 4}}}).error().code, ErrorCode::kIo);
    fails = false;
    const Status later = journal->Commit({.counters = {{"files", "3"}}});
    ASSERT_FALSE(later) << "the disk may have lost what an earlier write held";
    EXPECT_THAT(later.error().message, HasSubstr(failing));
    EXPECT_EQ(journal->state(), before);
    EXPECT_EQ(FileJournal::Read(dir.path())->state, before);
  }
}

TEST_F(FileJournalTest, CompactsWhatIsMuchLargerThanWhatItSays) {
  const std::vector<JournalBatch> batches = TypicalBatches(400);
  const JournalState state = StatesAfter(batches).back();
  const std::uint64_t snapshot = EncodeHeader(SampleHeader()).size() + EncodeBatch(state.Snapshot()).value().size();
  constexpr std::uint64_t kAbove = 4000;
  ASSERT_LT(4 * snapshot, kAbove);
  {
    const auto journal = Create({.compact_above = Bytes{kAbove}, .sync = NoSync, .sync_directory = NoDirectorySync});
    std::uint64_t largest = 0;
    int times = 0;
    for (const JournalBatch& batch : batches) {
      const std::uint64_t before = journal->size().value;
      ASSERT_TRUE(journal->Commit(batch));
      largest = std::max(largest, journal->size().value);
      if (journal->size().value >= before) continue;
      ++times;
      EXPECT_EQ(FileJournal::Read(dir_.path())->state, journal->state());
    }
    EXPECT_LE(largest, kAbove);
    EXPECT_GT(times, 10);
    EXPECT_EQ(journal->state(), state);
  }
  EXPECT_FALSE(fs::exists(dir_.path() / "journal.new"));
  EXPECT_EQ(Open().journal->state(), state);
  EXPECT_EQ(Open().journal->header(), SampleHeader());
}

TEST_F(FileJournalTest, LeavesAloneWhatIsLargeForAReason) {
  const auto journal = Create({.compact_above = Bytes{1000}, .sync = NoSync, .sync_directory = NoDirectorySync});
  std::uint64_t before = journal->size().value;
  for (int n = 0; n < 200; ++n) {  // every interval apart from the others
    const std::string key = std::to_string(1000 + n);
    ASSERT_TRUE(journal->Commit({.files = {{{"b", ""}, {{key + "a", key + "b"}}}}}));
    EXPECT_GT(journal->size().value, before);
    before = journal->size().value;
  }
}

TEST_F(FileJournalTest, ACompactionCutOffAtAnyStepLeavesAGoodJournal) {
  const std::vector<JournalBatch> batches = TypicalBatches(3);
  const JournalState state = StatesAfter(batches).back();
  const std::string old = Written(batches);
  const std::string compacted = EncodeHeader(SampleHeader()) + EncodeBatch(state.Snapshot()).value();
  for (std::size_t size = 0; size <= compacted.size(); size += 13) {  // before the rename
    Put("journal.new", compacted.substr(0, size));
    EXPECT_EQ(Open().journal->state(), state);
    EXPECT_FALSE(fs::exists(dir_.path() / "journal.new"));
    EXPECT_EQ(Content("journal"), old);
  }
  Put("journal", compacted);  // after it
  const OpenedJournal opened = Open();
  EXPECT_EQ(opened.journal->state(), state);
  EXPECT_EQ(opened.dropped_bytes, 0u);
}

TEST_F(FileJournalTest, ACompactionThatFailsHarmsNoCommit) {
  bool fails = false;  // not yet: the header goes the same way
  const auto journal =
      Create({.compact_above = Bytes{1000}, .sync = [&](int fd) {
                if (!fails || fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).filename() != "journal.new")
                  return 0;
                errno = EIO;
                return -1;
              }});
  fails = true;
  const std::vector<JournalBatch> batches = TypicalBatches(100);
  for (const JournalBatch& batch : batches) ASSERT_TRUE(journal->Commit(batch));
  EXPECT_GT(journal->size().value, 10'000u);
  EXPECT_FALSE(fs::exists(dir_.path() / "journal.new"));
  fails = false;
  for (const JournalBatch& batch : TypicalBatches(400)) ASSERT_TRUE(journal->Commit(batch));
  EXPECT_LT(journal->size().value, 10'000u) << "it is tried again";
  EXPECT_EQ(FileJournal::Read(dir_.path())->state, journal->state());
}

TEST_F(FileJournalTest, WhereTheOldFileMayComeBackItTakesNoCommit) {
  bool fails = false;
  const auto journal = Create({.compact_above = Bytes{1000}, .sync = NoSync, .sync_directory = [&](const fs::path&) {
                                 return fails ? Status(Fail(ErrorCode::kIo, "cannot sync the directory")) : Status();
                               }});
  fails = true;
  int taken = 0;
  for (const JournalBatch& batch : TypicalBatches(100)) taken += journal->Commit(batch) ? 1 : 0;
  EXPECT_GT(taken, 2);
  EXPECT_LT(taken, 10) << "none after the first compaction";
  EXPECT_THAT(journal->Commit({}).error().message, HasSubstr("the directory"));
  EXPECT_EQ(FileJournal::Read(dir_.path())->state, StatesAfter(TypicalBatches(taken)).back());
  fails = false;
  EXPECT_FALSE(journal->Commit({}));
}

TEST_F(FileJournalTest, ANewSideFileIsSyncedWithItsName) {
  int directories = 0;
  const auto journal = Create({.sync = NoSync, .sync_directory = [&](const fs::path&) {
                                 ++directories;
                                 return Status();
                               }});
  Put("findings.ndjson", "one\ntwo\n");
  directories = 0;
  ASSERT_TRUE(journal->Commit({.side_files = {{"findings.ndjson", 4}}}));
  EXPECT_EQ(directories, 1);
  ASSERT_TRUE(journal->Commit({.side_files = {{"findings.ndjson", 8}}}));
  EXPECT_EQ(directories, 1);
}

TEST_F(FileJournalTest, ADirectoryThatIsNotThereIsNamed) {
  const auto journal = FileJournal::Create(dir_.path() / "nowhere", SampleHeader(), Options());
  ASSERT_FALSE(journal);
  EXPECT_THAT(journal.error().message, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace vams
