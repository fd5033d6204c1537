// What the journal of a run costs: a commit, beside the same commit in SQLite, and opening it again.
//
//     bench_journal [COMMITS]      1,000 without arguments
//
// A commit is what 250 published files come to: three intervals that grow and two counters. The files lie in a
// temporary directory ($TMPDIR), which has to be on the disk that is meant. Journals are opened by this program as a
// process of its own. Prints one JSON object: microseconds, bytes handed to the kernel, peak resident memory, and the
// machine.

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "bench/measure.h"
#include "journal/file_journal.h"
#include "testing/temp_dir.h"

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using vams::JournalBatch;
using vams::Status;

constexpr int kRanges = 3;
constexpr int kEvents = 250;

std::string Key(int range, int n) {
  return fmt::format("site-1/asset-{:07d}/scans/level 2/model+{:08d}.glb", range * 1'000'000 + n / 40, n);
}

int NoSync(int /*fd*/) { return 0; }

double Microseconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

std::uint64_t BytesWritten() {
  std::ifstream in("/proc/self/io");
  std::string name;
  for (std::uint64_t value = 0; in >> name >> value;) {
    if (name == "wchar:") return value;
  }
  return 0;
}

// Times `commit` for each n below `commits`.
ordered_json Timed(int commits, const std::function<bool(int)>& commit) {
  std::vector<double> each;
  const std::uint64_t bytes = BytesWritten();
  for (int n = 0; n < commits; ++n) {
    const auto begun = std::chrono::steady_clock::now();
    if (!commit(n)) return {{"failed_at", n}};
    each.push_back(Microseconds(std::chrono::steady_clock::now() - begun));
  }
  const std::uint64_t written = BytesWritten() - bytes;
  std::ranges::sort(each);
  return {{"median_us", each[each.size() / 2]},
          {"p99_us", each[each.size() * 99 / 100]},
          {"bytes", written / static_cast<std::uint64_t>(commits)}};
}

JournalBatch Commit(int n) {
  vams::ConfirmedKeys keys{{"vams-bench", "site-1/"}, {}};
  for (int range = 0; range < kRanges; ++range) keys.intervals.push_back({Key(range, n * 83), Key(range, n * 83 + 83)});
  return {.files = {std::move(keys)},
          .counters = {{"files", fmt::format(R"({{"published":{},"withheld":0,"skipped":12}})", n * kEvents)},
                       {"requests", fmt::format(R"({{"sns":{},"s3":{}}})", n * 25, n)}}};
}

ordered_json JournalCommits(int commits, const vams::SyncFile& sync) {
  const vams::TempDir dir;
  auto journal = vams::FileJournal::Create(dir.path(), {}, {.sync = sync});
  if (!journal) return {{"error", journal.error().message}};
  return Timed(commits, [&](int n) { return (*journal)->Commit(Commit(n)).has_value(); });
}

// The same in SQLite, in WAL mode: an interval is a row whose end moves.
class SqliteJournal {
 public:
  SqliteJournal(const fs::path& file, const std::string& synchronous) : db_(Opened(file), sqlite3_close) {
    Run("PRAGMA journal_mode=WAL");
    Run("PRAGMA synchronous=" + synchronous);
    Run("CREATE TABLE keys(location TEXT, after TEXT, upto TEXT, PRIMARY KEY(location, after)) WITHOUT ROWID");
    Run("CREATE TABLE items(key TEXT PRIMARY KEY) WITHOUT ROWID");
    Run("CREATE TABLE counters(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
    begin_ = Prepared("BEGIN IMMEDIATE");
    commit_ = Prepared("COMMIT");
    extend_ = Prepared("INSERT INTO keys VALUES(?,?,?) ON CONFLICT DO UPDATE SET upto=excluded.upto");
    count_ = Prepared("INSERT INTO counters VALUES(?,?) ON CONFLICT DO UPDATE SET value=excluded.value");
    item_ = Prepared("INSERT INTO items VALUES(?)");
  }

  bool CommitIntervals(int n) {
    const JournalBatch batch = Commit(n);
    bool good = Step(begin_, {});
    for (int range = 0; range < kRanges; ++range) {
      good = good && Step(extend_, {"vams-bench:site-1/", Key(range, 0), *batch.files[0].intervals[range].to});
    }
    for (const auto& c : batch.counters) good = good && Step(count_, {c.name, c.value});
    return good && Step(commit_, {});
  }

  // A record for each file instead.
  bool CommitItems(int n) {
    bool good = Step(begin_, {});
    for (int i = 0; i < kEvents; ++i) good = good && Step(item_, {Key(i % kRanges, n * 84 + i / kRanges)});
    return good && Step(commit_, {});
  }

 private:
  using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

  static sqlite3* Opened(const fs::path& file) {
    sqlite3* db = nullptr;
    sqlite3_open(file.c_str(), &db);
    return db;
  }
  void Run(const std::string& sql) { sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr); }
  Statement Prepared(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &statement, nullptr);
    return {statement, sqlite3_finalize};
  }
  static bool Step(const Statement& statement, const std::vector<std::string>& values) {
    int at = 0;
    for (const std::string& v : values) {
      sqlite3_bind_text(statement.get(), ++at, v.data(), static_cast<int>(v.size()), SQLITE_STATIC);
    }
    const bool good = sqlite3_step(statement.get()) == SQLITE_DONE;
    return sqlite3_reset(statement.get()) == SQLITE_OK && good;
  }

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> db_;
  Statement begin_{nullptr, sqlite3_finalize};
  Statement commit_{nullptr, sqlite3_finalize};
  Statement extend_{nullptr, sqlite3_finalize};
  Statement count_{nullptr, sqlite3_finalize};
  Statement item_{nullptr, sqlite3_finalize};
};

ordered_json SqliteCommits(int commits, const std::string& synchronous, bool (SqliteJournal::*commit)(int)) {
  const vams::TempDir dir;
  SqliteJournal journal(dir.path() / "journal.db", synchronous);
  return Timed(commits, [&](int n) { return (journal.*commit)(n); });
}

// Commits to each range of keys in turn, each of which has `open` intervals apart from the others whose ends move on,
// until the file has `bytes`, never compacted.
Status WriteJournal(const fs::path& directory, int ranges, int open, std::uint64_t bytes) {
  TRY_ASSIGN(const auto journal,
             vams::FileJournal::Create(directory, {}, {.compact_above = vams::Bytes{1 << 30}, .sync = NoSync}));
  if (open == 0) return {};
  const int apart = 1'000'000 / open;
  for (int n = 0; n < open || journal->size().value < bytes; ++n) {
    for (int range = 0; range < ranges; ++range) {
      // In turn each of the open intervals, longer by one part each time.
      const int from = n % open * apart + n / open * 10;
      JournalBatch batch = Commit(n);
      batch.files[0].intervals = {
          {fmt::format("{:02d}/{}", range, Key(1, from)), fmt::format("{:02d}/{}", range, Key(1, from + 10))}};
      TRY(journal->Commit(batch));
    }
  }
  return {};
}

ordered_json OpenInAProcess(const fs::path& program, int ranges, int open, std::uint64_t bytes) {
  const vams::TempDir dir;
  if (const Status written = WriteJournal(dir.path(), ranges, open, bytes); !written) {
    return {{"error", written.error().message}};
  }
  const fs::path output = dir.path() / "output.json";
  const vams::bench::Measured m = vams::bench::RunProgram({program.string(), "open", dir.str()}, output);
  std::ifstream in(output);
  ordered_json opened = ordered_json::parse(in, nullptr, false);
  if (m.exit_code != 0 || opened.is_discarded()) return {{"error", "opening it failed"}};
  opened["peak_resident_mib"] = static_cast<double>(m.peak_bytes) / (1 << 20);
  return opened;
}

// What a resumed run does before its first request: opens the journal and asks what is left of each location.
int Open(const fs::path& directory) {
  const auto begun = std::chrono::steady_clock::now();
  const auto opened = vams::FileJournal::Open(directory);
  if (!opened) return 1;
  std::size_t intervals = 0;
  std::size_t gaps = 0;
  for (const auto& [location, keys] : opened->journal->state().files) {
    intervals += keys.size();
    gaps += keys.Gaps().size();
  }
  std::cout << ordered_json{{"journal_bytes", opened->journal->size().value},
                            {"intervals", intervals},
                            {"gaps", gaps},
                            {"milliseconds", Microseconds(std::chrono::steady_clock::now() - begun) / 1000}};
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "open") return Open(argv[2]);
  const int commits = argc == 2 ? std::atoi(argv[1]) : 1'000;
  if (commits < 1 || argc > 2) {
    std::cerr << "usage: bench_journal [COMMITS]\n";
    return 2;
  }
  const fs::path program = fs::read_symlink("/proc/self/exe");
  std::cout << ordered_json{{"benchmark", "journal"},
                            {"commits", commits},
                            {"commit",
                             {{"journal", JournalCommits(commits, fdatasync)},
                              {"sqlite_wal_full", SqliteCommits(commits, "FULL", &SqliteJournal::CommitIntervals)},
                              {"sqlite_wal_full_a_row_for_each_file",
                               SqliteCommits(commits, "FULL", &SqliteJournal::CommitItems)}}},
                            {"commit_without_sync",
                             {{"journal", JournalCommits(commits, NoSync)},
                              {"sqlite_wal_off", SqliteCommits(commits, "OFF", &SqliteJournal::CommitIntervals)},
                              {"sqlite_wal_off_a_row_for_each_file",
                               SqliteCommits(commits, "OFF", &SqliteJournal::CommitItems)}}},
                            {"open",
                             {{"empty", OpenInAProcess(program, 0, 0, 0)},
                              {"64_ranges_8_intervals_each", OpenInAProcess(program, 64, 8, 4 << 20)},
                              {"100000_intervals", OpenInAProcess(program, 50, 2'000, 0)}}},
                            {"machine",
                             {{"cpu", vams::bench::CpuModel()}, {"cores", std::thread::hardware_concurrency()}}}}
                   .dump(2)
            << "\n";
  return 0;
}
