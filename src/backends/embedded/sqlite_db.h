#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/units.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vams::embedded {

class Connection;

// A prepared statement, borrowed from its connection and given back, reset, at the end of its life. Bound text is not
// copied: it must live until the next Run, Reset or the end.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* stmt, bool cached)
      : connection_(&connection), stmt_(stmt), cached_(cached) {}
  Statement(Statement&& other) noexcept
      : connection_(other.connection_), stmt_(std::exchange(other.stmt_, nullptr)), cached_(other.cached_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& Text(int index, std::string_view value);
  Statement& TextOrNull(int index, const std::optional<std::string>& value);
  Statement& Int(int index, std::int64_t value);
  Statement& Null(int index);

  // True: a row is there to be read; false: done.
  Result<bool> Step();
  // Steps to the end and resets, ready for the next binding.
  Status Run();
  void Reset();

  // Of the row of the last Step; text is valid until the next one.
  std::string_view ColumnText(int column) const;
  std::int64_t ColumnInt(int column) const;
  bool ColumnIsNull(int column) const;

 private:
  Connection* connection_;
  sqlite3_stmt* stmt_;
  bool cached_;
};

// One SQLite connection with its statements; used by one thread at a time.
class Connection {
 public:
  enum class Mode {
    kReadWrite,
    kReadOnly,   // reads through the write-ahead log that others keep
    kImmutable,  // nobody can write there: no lock, no log
    kCreate,
  };

  static Result<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The statement for `sql`, prepared at its first use.
  Result<Statement> Prepare(std::string_view sql);
  // Any number of statements whose rows do not matter.
  Status Execute(const std::string& script);
  // The first column of the first row, 0 where there is none.
  Result<std::int64_t> ReadInt(std::string_view sql);

  std::int64_t Changes() const;       // rows changed by the last statement, without those of triggers
  std::int64_t LastInsertId() const;  // rowid of the last insert
  bool InTransaction() const;
  const std::string& path() const { return path_; }
  Error LastError(std::string_view operation) const;
  sqlite3* raw() { return db_; }

 private:
  friend class Statement;
  struct Cached {
    sqlite3_stmt* stmt = nullptr;
    bool in_use = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  Connection(std::string path, sqlite3* db) : path_(std::move(path)), db_(db) {}
  void GiveBack(sqlite3_stmt* stmt, bool cached);

  std::string path_;
  sqlite3* db_;
  std::unordered_map<std::string, Cached, Hash, std::equal_to<>> cache_;
  std::unordered_map<sqlite3_stmt*, Cached*> by_stmt_;
};

// A commit always outlives the process. What a power failure may take:
enum class Sync {
  kNever,       // the whole file: for throw-away directories
  kCheckpoint,  // the last commits
  kCommit,      // nothing, at the cost of a sync each
};

struct DatabaseOptions {
  Duration busy_timeout = std::chrono::seconds{30};  // how long a write waits for other processes
  Sync sync = Sync::kCommit;
  Bytes writer_cache{std::uint64_t{2} << 20};
  Bytes reader_cache{std::uint64_t{512} << 10};  // there are many, and the upper pages of a tree are few
  std::size_t max_readers = 6;
  std::optional<std::int64_t> max_pages;  // the file takes no more: what a full disk looks like
};

// One database file in WAL mode: one writer, taken in turn, and a few readers that never wait for it. Safe for
// concurrent calls; other processes may have the same file open.
class Database {
 public:
  // Opens what exists; makes nothing. Falls back to reading where file or directory cannot be written.
  static Result<std::unique_ptr<Database>> Open(const std::string& path, const DatabaseOptions& options);
  ~Database();

  // Runs `body(Connection&)`, which returns a Result or Status, in one transaction: committed if it succeeds, undone
  // otherwise. `body` must not call Write or Read of the same database.
  template <class Body>
  std::invoke_result_t<Body, Connection&> Write(Body&& body) EXCLUDES(writer_mutex_) {
    MutexLock lock(writer_mutex_);
    TRY(BeginWrite());
    Undo undo{*this};
    auto result = body(*writer_);
    if (result) TRY(CommitWrite());
    return result;
  }

  // Runs `body(Connection&)` on one unchanging state of the file.
  template <class Body>
  std::invoke_result_t<Body, Connection&> Read(Body&& body) EXCLUDES(readers_mutex_) {
    TRY_ASSIGN(Lease lease, AcquireReader());
    return body(*lease.connection);
  }

  // Before anything else uses it.
  Status NeverSync();

  const std::string& path() const { return path_; }
  bool read_only() const { return mode_ != Connection::Mode::kReadWrite; }

 private:
  struct Undo {  // also when an exception leaves the body
    Database& database;
    ~Undo() { database.UndoWrite(); }
  };
  struct Lease {
    Lease(Database& owner, std::unique_ptr<Connection> c) : database(&owner), connection(std::move(c)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection) database->ReleaseReader(std::move(connection));
    }
    Database* database;
    std::unique_ptr<Connection> connection;
  };

  Database(std::string path, DatabaseOptions options, Connection::Mode mode);
  Result<std::unique_ptr<Connection>> Connect(Bytes cache) const;
  Status BeginWrite();
  Status CommitWrite();
  void UndoWrite();
  Result<Lease> AcquireReader() EXCLUDES(readers_mutex_);
  void ReleaseReader(std::unique_ptr<Connection> connection) EXCLUDES(readers_mutex_);

  const std::string path_;
  DatabaseOptions options_;  // unchanging once in use
  const Connection::Mode mode_;
  int busy_millis_;
  Mutex writer_mutex_;
  std::unique_ptr<Connection> writer_;  // used under writer_mutex_; null where nothing can be written
  Mutex readers_mutex_;
  CondVar reader_free_;
  std::vector<std::unique_ptr<Connection>> idle_readers_ GUARDED_BY(readers_mutex_);
  std::size_t readers_ GUARDED_BY(readers_mutex_) = 0;
};

}  // namespace vams::embedded
