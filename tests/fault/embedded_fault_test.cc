#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "backends/embedded/sqlite_asset_table.h"
#include "backends/embedded/sqlite_event_queue.h"
#include "backends/embedded/sqlite_event_topic.h"
#include "backends/embedded/sqlite_search_index.h"
#include "backends/embedded/vams_directory.h"
#include "backends/local.h"
#include "backends/open.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using embedded::Connection;
using embedded::FileKind;
using embedded::VamsDirectory;

class EmbeddedFault : public testing::Test {
 protected:
  void SetUp() override {
    // Other users must be able to look in.
    fs::permissions(temp_.path(), fs::perms(0755));
    const auto made = LocalVams::Init(dir(), Definitions());
    ASSERT_TRUE(made) << made.error().message;
  }
  static LocalInit Definitions(bool scratch = true) {
    LocalInit init;
    init.asset_index_definition = init.file_index_definition = "{}";
    init.scratch = scratch;
    return init;
  }
  std::string dir() const { return (temp_.path() / "vams").string(); }
  fs::path File(std::string_view name) const { return fs::path(dir()) / name; }

  // The error of opening the directory, which must change nothing.
  Error OpenError() {
    const auto before = Listing();
    auto opened = OpenDeployment({.local_directory = dir()}, clock_);
    EXPECT_EQ(Listing(), before);
    if (opened) {
      ADD_FAILURE() << "it opened";
      return {};
    }
    EXPECT_NE(opened.error().hint, "");
    EXPECT_EQ(opened.error().message.find('\n'), std::string::npos);
    return opened.error();
  }
  std::map<std::string, std::uintmax_t> Listing() const {
    std::map<std::string, std::uintmax_t> files;
    if (!fs::is_directory(dir())) return files;
    for (const auto& entry : fs::directory_iterator(dir())) {
      files[entry.path().filename().string()] = entry.is_regular_file() ? entry.file_size() : 0;
    }
    return files;
  }
  void Overwrite(std::string_view name, std::streamoff at, const std::string& bytes) {
    std::fstream file(File(name), std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(file);
    file.seekp(at);
    file << bytes;
  }
  static void Put(LocalVams& vams, int count) {
    std::vector<Item> items;
    for (int i = 0; i < count; ++i) {
      Item item;
      item.Set("databaseId", "db");
      item.Set("assetId", fmt::format("asset-{:06}", i));
      item.Set("description", std::string(200, 'd'));
      items.push_back(std::move(item));
    }
    ASSERT_TRUE(vams.PutItems(LocalTable::kAssets, items));
  }

  TempDir temp_;
  FakeClock clock_;
};

// Runs `body` in a process of its own and gives its answer; -1 where it died.
int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Permission bits do not bind the superuser, so that these tests become somebody else.
bool BecomeNobody() { return geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0); }

TEST_F(EmbeddedFault, MissingDirectoryTellsHowToMakeOne) {
  fs::remove_all(dir());
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_NE(error.hint.find("local init " + dir()), std::string::npos) << error.hint;
}

TEST_F(EmbeddedFault, NotAVams) {
  for (const char* name : {"vams.db", "objects.db", "asset-index.db", "file-index.db"}) fs::remove(File(name));
  std::ofstream(File("readme.txt")) << "hello";
  EXPECT_EQ(OpenError().code, ErrorCode::kNotFound);
  fs::remove_all(dir());
  std::ofstream(dir()) << "a file, no directory";
  EXPECT_EQ(OpenError().code, ErrorCode::kNotFound);
}

TEST_F(EmbeddedFault, AHalfMadeDirectoryNamesWhatIsMissing) {
  fs::remove(File("objects.db"));
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.message.find("objects.db"), std::string::npos) << error.message;
}

TEST_F(EmbeddedFault, ForeignAndDamagedFilesAreNamed) {
  struct Case {
    const char* why;
    std::function<void(std::string_view)> damage;
  };
  const std::vector<Case> cases{
      {"no database", [&](std::string_view name) { std::ofstream(File(name)) << std::string(8192, 'x'); }},
      {"empty", [&](std::string_view name) { std::ofstream file(File(name)); }},
      {"another program's",
       [&](std::string_view name) {
         fs::remove(File(name));
         auto c = Connection::Open(File(name).string(), Connection::Mode::kCreate);
         ASSERT_TRUE(c);
         ASSERT_TRUE((*c)->Execute("CREATE TABLE meta(name, value)"));
       }},
      {"half the header", [&](std::string_view name) { fs::resize_file(File(name), 50); }},
      {"truncated", [&](std::string_view name) { fs::resize_file(File(name), 4096); }},
      {"noise in the header", [&](std::string_view name) { Overwrite(name, 16, std::string(40, '\xEE')); }},
      {"noise in the schema", [&](std::string_view name) { Overwrite(name, 100, std::string(3900, '\xEE')); }},
  };
  for (const char* name : {"vams.db", "objects.db", "asset-index.db", "file-index.db"}) {
    for (const Case& c : cases) {
      SCOPED_TRACE(fmt::format("{}: {}", name, c.why));
      fs::remove_all(dir());
      ASSERT_TRUE(LocalVams::Init(dir(), Definitions()));
      c.damage(name);
      const Error error = OpenError();
      EXPECT_EQ(error.code, ErrorCode::kCorrupt) << error.message;
      EXPECT_NE(error.message.find(File(name).string()), std::string::npos) << error.message;
    }
  }
}

TEST_F(EmbeddedFault, ANewerFormatIsToldFromDamage) {
  {
    auto c = Connection::Open(File("file-index.db").string(), Connection::Mode::kReadWrite);
    ASSERT_TRUE(c);
    ASSERT_TRUE((*c)->Execute("PRAGMA user_version=7"));
  }
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.message.find("format 7"), std::string::npos) << error.message;
  EXPECT_NE(error.hint.find("newer"), std::string::npos) << error.hint;
}

TEST_F(EmbeddedFault, FilesOfTwoVamsDoNotMix) {
  const fs::path other = temp_.path() / "other";
  ASSERT_TRUE(LocalVams::Init(other.string(), Definitions()));
  fs::copy_file(other / "objects.db", File("objects.db"), fs::copy_options::overwrite_existing);
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kCorrupt);
  EXPECT_NE(error.message.find("another VAMS"), std::string::npos) << error.message;
  fs::copy_file(other / "asset-index.db", File("file-index.db"), fs::copy_options::overwrite_existing);
  fs::remove(File("objects.db"));
  fs::copy_file(other / "objects.db", File("objects.db"));
  EXPECT_EQ(OpenError().code, ErrorCode::kCorrupt);
}

TEST_F(EmbeddedFault, DamageDeepInAFileIsAnErrorOfTheRead) {
  {
    auto vams = LocalVams::Open(dir(), clock_);
    ASSERT_TRUE(vams);
    Put(**vams, 2000);
  }
  const auto size = static_cast<std::streamoff>(fs::file_size(File("vams.db")));
  Overwrite("vams.db", size / 2, std::string(static_cast<std::size_t>(size / 4), '\xEE'));
  auto ports = OpenDeployment({.local_directory = dir()}, clock_);
  ASSERT_TRUE(ports);
  std::optional<Error> error;
  std::optional<Cursor> from;
  do {
    auto page = ports->assets->Scan({0, 1}, from, ItemCount{100});
    if (!page) {
      error = page.error();
      break;
    }
    from = page->next;
  } while (from);
  auto stream = ports->changes->Read("changes", std::nullopt, ItemCount{10'000});
  if (!stream) error = stream.error();
  ASSERT_TRUE(error) << "a quarter of the file is noise";
  EXPECT_EQ(error->code, ErrorCode::kCorrupt);
  EXPECT_NE(error->message.find("vams.db"), std::string::npos);
}

TEST_F(EmbeddedFault, InitRefusesWhatIsThere) {
  const auto before = Listing();
  auto again = LocalVams::Init(dir(), Definitions());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kPrecondition);
  EXPECT_EQ(Listing(), before);

  const fs::path foreign = temp_.path() / "foreign";
  fs::create_directory(foreign);
  std::ofstream(foreign / "mine.txt") << "mine";
  again = LocalVams::Init(foreign.string(), Definitions());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kPrecondition);
  EXPECT_EQ(std::distance(fs::directory_iterator(foreign), {}), 1);

  again = LocalVams::Init((foreign / "mine.txt").string(), Definitions());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kPrecondition);
  EXPECT_FALSE(LocalVams::Init((foreign / "mine.txt" / "below").string(), Definitions()));
}

TEST_F(EmbeddedFault, InitMakesParentsAndTakesAnEmptyDirectory) {
  const fs::path deep = temp_.path() / "a" / "b" / "c";
  ASSERT_TRUE(LocalVams::Init(deep.string(), Definitions(false)));
  EXPECT_TRUE(OpenDeployment({.local_directory = deep.string()}, clock_));
  const fs::path empty = temp_.path() / "empty";
  fs::create_directory(empty);
  ASSERT_TRUE(LocalVams::Init(empty.string() + "/", Definitions()));
  EXPECT_TRUE(OpenDeployment({.local_directory = empty.string()}, clock_));
}

TEST_F(EmbeddedFault, AnUnreadableDirectoryIsAccessDenied) {
  fs::permissions(dir(), fs::perms::none);
  EXPECT_EQ(InChild([&] {
              if (!BecomeNobody()) return 2;
              auto opened = OpenDeployment({.local_directory = dir()}, clock_);
              return !opened && opened.error().code == ErrorCode::kAccessDenied ? 0 : 1;
            }),
            0);
  fs::permissions(dir(), fs::perms(0755));
  fs::permissions(File("objects.db"), fs::perms::none);
  EXPECT_EQ(InChild([&] {
              if (!BecomeNobody()) return 2;
              auto opened = OpenDeployment({.local_directory = dir()}, clock_);
              return !opened && opened.error().code == ErrorCode::kAccessDenied &&
                             opened.error().message.find("objects.db") != std::string::npos
                         ? 0
                         : 1;
            }),
            0);
}

// Reads one asset and tries to write; 0 where the one worked and the other was refused as it should be.
int ReadsButDoesNotWrite(const std::string& directory, Clock& clock) {
  if (!BecomeNobody()) return 2;
  auto ports = OpenDeployment({.local_directory = directory}, clock);
  if (!ports) return 3;
  auto page = ports->assets->Scan({0, 1}, std::nullopt, ItemCount{100});
  if (!page || page->items.size() != 5) return 4;
  if (auto list = ports->file_index->Count(); !list) return 5;
  const std::vector<AssetKey> keys{page->items[0].key};
  auto touched = ports->assets->Touch(keys, "now");
  if (touched || touched.error().code != ErrorCode::kReadOnly || touched.error().hint.empty()) return 6;
  const std::vector<BulkOp> ops{{BulkOp::Kind::kIndex, "id", "{}", {}}};
  auto indexed = ports->file_index->Bulk(ops);
  return indexed || indexed.error().code != ErrorCode::kReadOnly ? 7 : 0;
}

TEST_F(EmbeddedFault, AReadOnlyDirectoryCanBeReadAndNotWritten) {
  {
    auto vams = LocalVams::Open(dir(), clock_);
    ASSERT_TRUE(vams);
    Put(**vams, 5);
  }
  for (const auto& entry : fs::directory_iterator(dir())) fs::permissions(entry.path(), fs::perms(0444));
  fs::permissions(dir(), fs::perms(0555));
  const auto before = Listing();
  EXPECT_EQ(InChild([&] { return ReadsButDoesNotWrite(dir(), clock_); }), 0);
  EXPECT_EQ(Listing(), before);
  fs::permissions(dir(), fs::perms(0755));
}

TEST_F(EmbeddedFault, AReadOnlyDirectoryWithALogOfOthersCanBeReadToo) {
  // Somebody else has the directory open, so that what was put stays in the log. A process of its own, since SQLite's
  // connections must not be carried across a fork.
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t other = fork();
  if (other == 0) {
    ::close(done[1]);
    auto vams = LocalVams::Open(dir(), clock_);
    if (vams) Put(**vams, 5);
    char byte = 'x';
    if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
    // Until the test is over or dead.
    while (::read(done[0], &byte, 1) > 0) {
    }
    ::_exit(0);
  }
  ::close(done[0]);
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_GT(fs::file_size(File("vams.db-wal")), 0u);
  for (const auto& entry : fs::directory_iterator(dir())) fs::permissions(entry.path(), fs::perms(0444));
  fs::permissions(dir(), fs::perms(0555));
  EXPECT_EQ(InChild([&] { return ReadsButDoesNotWrite(dir(), clock_); }), 0);
  fs::permissions(dir(), fs::perms(0755));
  ::close(done[1]);
  waitpid(other, nullptr, 0);
}

TEST_F(EmbeddedFault, InitWhereNothingCanBeMade) {
  fs::permissions(temp_.path(), fs::perms(0555));
  EXPECT_EQ(InChild([&] {
              if (!BecomeNobody()) return 2;
              const auto made = LocalVams::Init((temp_.path() / "new").string(), Definitions());
              return !made && made.error().code == ErrorCode::kAccessDenied ? 0 : 1;
            }),
            0);
  fs::permissions(temp_.path(), fs::perms(0755));
  EXPECT_FALSE(fs::exists(temp_.path() / "new"));
}

TEST_F(EmbeddedFault, AFullDiskIsToldAndNothingIsHalfWritten) {
  auto directory = VamsDirectory::Open(dir(), {.max_pages = 80}, clock_);
  ASSERT_TRUE(directory);
  auto index = embedded::SqliteSearchIndex::Open(*directory, FileKind::kFileIndex);
  ASSERT_TRUE(index);
  std::uint64_t written = 0;
  std::optional<Error> error;
  for (int batch = 0; batch < 1000 && !error; ++batch) {
    std::vector<BulkOp> ops;
    for (int i = 0; i < 20; ++i) {
      ops.push_back({BulkOp::Kind::kIndex,
                     fmt::format("{}-{}", batch, i),
                     fmt::format(R"({{"a":"{}","b":"word{} word{}"}})", std::string(300, 'x'), batch, i),
                     {}});
    }
    auto outcomes = (*index)->Bulk(ops);
    if (outcomes) {
      written += ops.size();
    } else {
      error = outcomes.error();
    }
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kNoSpace);
  EXPECT_NE(error->message.find(dir()), std::string::npos) << error->message;
  EXPECT_NE(error->hint, "");
  EXPECT_EQ((*index)->Count()->value, written);
  const auto hits = (*index)->Search("word*", ItemCount{1});
  ASSERT_TRUE(hits) << hits.error().message;
  EXPECT_EQ(hits->total, written);
  // Deleting still works, and then there is room again.
  const std::vector<BulkOp> remove{{BulkOp::Kind::kDelete, "0-0", "", {}}};
  EXPECT_TRUE((*index)->Bulk(remove));
}

TEST_F(EmbeddedFault, ASecondWriterIsBusy) {
  auto directory = VamsDirectory::Open(dir(), {.busy_timeout = std::chrono::milliseconds{20}}, clock_);
  ASSERT_TRUE(directory);
  embedded::SqliteEventTopic topic(*directory);
  auto other = Connection::Open(File("vams.db").string(), Connection::Mode::kReadWrite);
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->Execute("INSERT INTO topics(name) VALUES('t'); BEGIN IMMEDIATE"));
  const std::vector<TopicMessage> messages{{"s", "b"}};
  const auto refused = topic.PublishBatch("t", messages);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_NE(refused.error().message.find("another process is writing"), std::string::npos);
  ASSERT_TRUE((*other)->Execute("COMMIT"));
  EXPECT_TRUE(topic.PublishBatch("t", messages));
}

TEST_F(EmbeddedFault, ProcessesShareADirectory) {
  constexpr int kProcesses = 3;
  constexpr int kRounds = 20;
  const std::string topic = DefaultTopic("b");
  {
    auto vams = LocalVams::Open(dir(), clock_);
    ASSERT_TRUE(vams);
    ASSERT_TRUE((*vams)->CreateTopic(topic));
    Put(**vams, 30);
  }
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    auto ports = OpenDeployment({.local_directory = dir()}, clock_);
    bool good = ports.has_value();
    for (int round = 0; good && round < kRounds; ++round) {
      const std::vector<TopicMessage> messages(5, {"s", fmt::format("{}-{}", p, round)});
      const std::vector<BulkOp> ops{{BulkOp::Kind::kIndex, fmt::format("{}-{}", p, round), R"({"a":"word"})", {}}};
      const std::vector<AssetKey> keys{{"db", "asset-000001"}};
      good = ports->topic->PublishBatch(topic, messages) && ports->file_index->Bulk(ops) &&
             ports->assets->Touch(keys, fmt::format("{}-{}", p, round));
    }
    ::_exit(good ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  auto ports = OpenDeployment({.local_directory = dir()}, clock_);
  ASSERT_TRUE(ports);
  EXPECT_EQ(ports->file_events->ApproximateDepth()->visible, std::uint64_t{kProcesses} * kRounds * 5);
  EXPECT_EQ(ports->file_index->Count()->value, std::uint64_t{kProcesses} * kRounds);
  EXPECT_EQ(ports->changes->Backlog("nobody")->value_or(ItemCount{}).value, 30u + kProcesses * kRounds);
}

// A child writes batches and tells of each one that was confirmed, until it is killed. Everything it told of must be
// there, whole, and the files in order.
TEST_F(EmbeddedFault, KillLosesNothingThatWasConfirmed) {
  const std::string topic = DefaultTopic("b");
  for (int attempt = 0; attempt < 6; ++attempt) {
    fs::remove_all(dir());
    ASSERT_TRUE(LocalVams::Init(dir(), Definitions()));
    ASSERT_TRUE((*LocalVams::Open(dir(), clock_))->CreateTopic(topic));
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto ports = OpenDeployment({.local_directory = dir()}, clock_);
      for (int batch = 0; ports; ++batch) {
        std::vector<BulkOp> ops;
        std::vector<TopicMessage> messages;
        for (int i = 0; i < 50; ++i) {
          ops.push_back({BulkOp::Kind::kIndex, fmt::format("{}-{}", batch, i), R"({"a":"some words here"})", 1});
          messages.push_back({"s", std::string(500, 'x')});
        }
        if (!ports->file_index->Bulk(ops) || !ports->topic->PublishBatch(topic, messages)) break;
        if (::write(pipe_ends[1], "x", 1) != 1) break;
      }
      ::_exit(1);
    }
    ::close(pipe_ends[1]);
    std::uint64_t confirmed = 0;
    char byte = 0;
    const auto enough = static_cast<std::uint64_t>(5 + attempt * 13);
    while (confirmed < enough && ::read(pipe_ends[0], &byte, 1) == 1) ++confirmed;
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &byte, 1) == 1) ++confirmed;  // told of before the end
    ::close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    auto ports = OpenDeployment({.local_directory = dir()}, clock_);
    ASSERT_TRUE(ports) << ports.error().message;
    const std::uint64_t documents = ports->file_index->Count()->value;
    const std::uint64_t messages = ports->file_events->ApproximateDepth()->visible;
    EXPECT_GE(documents, confirmed * 50);
    EXPECT_LE(documents, (confirmed + 1) * 50) << "at most one batch was on its way";
    EXPECT_EQ(documents % 50, 0u) << "whole batches";
    EXPECT_GE(messages, confirmed * 50);
    EXPECT_EQ(messages % 50, 0u);
    EXPECT_EQ(ports->file_index->Search("words", ItemCount{1})->total, documents);
    std::uint64_t scanned = 0;
    std::optional<Cursor> from;
    do {
      auto page = ports->file_index->Scan(from, ItemCount{1000}, ScanContent::kIds);
      ASSERT_TRUE(page);
      scanned += page->hits.size();
      from = page->next;
    } while (from);
    EXPECT_EQ(scanned, documents);
    for (const char* name : {"vams.db", "file-index.db"}) {
      auto c = Connection::Open(File(name).string(), Connection::Mode::kReadWrite);
      ASSERT_TRUE(c);
      auto check = (*c)->Prepare("PRAGMA integrity_check");
      ASSERT_TRUE(check);
      ASSERT_TRUE(check->Step());
      EXPECT_EQ(check->ColumnText(0), "ok") << name;
    }
  }
}

}  // namespace
}  // namespace vams
