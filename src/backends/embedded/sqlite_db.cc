#include "backends/embedded/sqlite_db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "backends/embedded/sqlite_error.h"

namespace vams::embedded {
namespace {

// The log is copied into the file after this many pages. Once it has grown well beyond, because some reader is always
// in the way, readers are waited for: not for long, since the writer waits too.
constexpr int kCheckpointPages = 2000;
constexpr int kRestartPages = 8 * kCheckpointPages;
constexpr int kRestartWaitMillis = 50;

// `context` is the busy time-out of the connection in milliseconds.
int AfterCommit(void* context, sqlite3* db, const char* name, int pages) {
  // A checkpoint that fails loses nothing: the log is kept and the next commit tries again.
  if (pages >= kRestartPages) {
    sqlite3_busy_timeout(db, kRestartWaitMillis);
    sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
    sqlite3_busy_timeout(db, *static_cast<const int*>(context));
  } else if (pages >= kCheckpointPages) {
    sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  return SQLITE_OK;
}

bool Writable(const std::string& path) { return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0; }

Connection::Mode ModeFor(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  if (Writable(path) && Writable(directory.empty() ? "." : directory)) return Connection::Mode::kReadWrite;
  std::error_code ignored;
  const auto log_size = std::filesystem::file_size(path + "-wal", ignored);
  return !ignored && log_size > 0 ? Connection::Mode::kReadOnly : Connection::Mode::kImmutable;
}

std::string_view SyncName(Sync sync) {
  switch (sync) {
    case Sync::kNever: return "OFF";
    case Sync::kCheckpoint: return "NORMAL";
    case Sync::kCommit: return "FULL";
  }
  return "FULL";
}

std::string FileUri(const std::string& path, std::string_view query) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      uri.push_back(c);
    }
  }
  return uri.append(query);
}

}  // namespace

Statement::~Statement() {
  if (stmt_ != nullptr) connection_->GiveBack(stmt_, cached_);
}

Statement& Statement::Text(int index, std::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(stmt_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::TextOrNull(int index, const std::optional<std::string>& value) {
  return value ? Text(index, *value) : Null(index);
}

Statement& Statement::Int(int index, std::int64_t value) {
  sqlite3_bind_int64(stmt_, index, value);
  return *this;
}

Statement& Statement::Null(int index) {
  sqlite3_bind_null(stmt_, index);
  return *this;
}

Result<bool> Statement::Step() {
  switch (sqlite3_step(stmt_)) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: return std::unexpected(connection_->LastError(sqlite3_stmt_readonly(stmt_) != 0 ? "read" : "write"));
  }
}

Status Statement::Run() {
  for (;;) {
    auto row = Step();
    if (row && *row) continue;
    sqlite3_reset(stmt_);
    if (!row) return std::unexpected(std::move(row).error());
    return {};
  }
}

void Statement::Reset() { sqlite3_reset(stmt_); }

std::string_view Statement::ColumnText(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
  return text == nullptr ? std::string_view{}
                         : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column)));
}

std::int64_t Statement::ColumnInt(int column) const { return sqlite3_column_int64(stmt_, column); }

bool Statement::ColumnIsNull(int column) const { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  std::string name = FileUri(path, mode == Mode::kImmutable ? "?immutable=1" : "");
  switch (mode) {
    case Mode::kReadWrite: flags |= SQLITE_OPEN_READWRITE; break;
    case Mode::kReadOnly:
    case Mode::kImmutable: flags |= SQLITE_OPEN_READONLY; break;
    case Mode::kCreate: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE; break;
  }
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &db, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(path, db));
  if (db != nullptr) sqlite3_extended_result_codes(db, 1);
  if (code != SQLITE_OK) return std::unexpected(connection->LastError("open"));
  return connection;
}

Connection::~Connection() {
  for (auto& [sql, cached] : cache_) sqlite3_finalize(cached.stmt);
  sqlite3_close_v2(db_);
}

Result<Statement> Connection::Prepare(std::string_view sql) {
  const auto it = cache_.find(sql);
  if (it != cache_.end() && !it->second.in_use) {
    it->second.in_use = true;
    return Statement(*this, it->second.stmt, true);
  }
  sqlite3_stmt* stmt = nullptr;
  const bool cache = it == cache_.end();
  if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), cache ? SQLITE_PREPARE_PERSISTENT : 0u, &stmt,
                         nullptr) != SQLITE_OK) {
    return std::unexpected(LastError("prepare"));
  }
  if (cache) {
    Cached& cached = cache_.emplace(std::string(sql), Cached{stmt, true}).first->second;
    by_stmt_.emplace(stmt, &cached);
  }
  return Statement(*this, stmt, cache);
}

void Connection::GiveBack(sqlite3_stmt* stmt, bool cached) {
  if (!cached) {
    sqlite3_finalize(stmt);
    return;
  }
  sqlite3_reset(stmt);
  // What was bound belongs to callers and may be gone by now.
  sqlite3_clear_bindings(stmt);
  by_stmt_.find(stmt)->second->in_use = false;
}

Status Connection::Execute(const std::string& script) {
  if (sqlite3_exec(db_, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(LastError("execute"));
  }
  return {};
}

Result<std::int64_t> Connection::ReadInt(std::string_view sql) {
  TRY_ASSIGN(Statement query, Prepare(sql));
  TRY_ASSIGN(const bool row, query.Step());
  return row ? query.ColumnInt(0) : 0;
}

std::int64_t Connection::Changes() const { return sqlite3_changes64(db_); }
std::int64_t Connection::LastInsertId() const { return sqlite3_last_insert_rowid(db_); }
bool Connection::InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

Error Connection::LastError(std::string_view operation) const {
  if (db_ == nullptr) return MakeSqliteError({SQLITE_NOMEM, 0, "out of memory"}, path_, operation);
  return MakeSqliteError({sqlite3_extended_errcode(db_), sqlite3_system_errno(db_), sqlite3_errmsg(db_)}, path_,
                         operation);
}

Database::Database(std::string path, DatabaseOptions options, Connection::Mode mode)
    : path_(std::move(path)),
      options_(options),
      mode_(mode),
      busy_millis_(
          static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(options.busy_timeout).count())) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database(path, options, ModeFor(path)));
  if (!database->read_only()) {
    TRY_ASSIGN(database->writer_, database->Connect(options.writer_cache));
    sqlite3_wal_hook(database->writer_->raw(), AfterCommit, &database->busy_millis_);
    if (options.max_pages) {
      TRY(database->writer_->Execute(fmt::format("PRAGMA max_page_count={}", *options.max_pages)));
    }
  }
  // The first read is what finds a damaged file or a log that cannot be read.
  TRY(database->Read([](Connection& c) { return c.ReadInt("SELECT count(*) FROM sqlite_schema"); }));
  return database;
}

Result<std::unique_ptr<Connection>> Database::Connect(Bytes cache) const {
  TRY_ASSIGN(auto connection, Connection::Open(path_, mode_));
  sqlite3_busy_timeout(connection->raw(), busy_millis_);
  TRY(
      connection->Execute(fmt::format("PRAGMA cache_size=-{}; PRAGMA synchronous={}; PRAGMA mmap_size=0; "
                                      "PRAGMA journal_size_limit={};",
                                      cache.value >> 10, SyncName(options_.sync), std::uint64_t{32} << 20)));
  return connection;
}

Status Database::NeverSync() {
  options_.sync = Sync::kNever;
  MutexLock lock(readers_mutex_);
  readers_ -= idle_readers_.size();
  idle_readers_.clear();
  return writer_ ? writer_->Execute("PRAGMA synchronous=OFF") : Status{};
}

Status Database::BeginWrite() {
  if (!writer_) {
    return std::unexpected(MakeError(ErrorCode::kReadOnly, "{}: cannot be written to", path_)
                               .WithHint("make the directory writable, or copy it to a place that is"));
  }
  TRY_ASSIGN(Statement begin, writer_->Prepare("BEGIN IMMEDIATE"));
  return begin.Run();
}

Status Database::CommitWrite() {
  TRY_ASSIGN(Statement commit, writer_->Prepare("COMMIT"));
  return commit.Run();
}

void Database::UndoWrite() {
  // Nothing to do after a commit, or where SQLite has undone it already (a full disk).
  if (!writer_->InTransaction()) return;
  if (auto undo = writer_->Prepare("ROLLBACK")) (void)undo->Run();
}

Result<Database::Lease> Database::AcquireReader() {
  std::unique_ptr<Connection> connection;
  {
    MutexLock lock(readers_mutex_);
    while (idle_readers_.empty() && readers_ >= options_.max_readers) reader_free_.Wait(lock);
    if (!idle_readers_.empty()) {
      connection = std::move(idle_readers_.back());
      idle_readers_.pop_back();
    } else {
      ++readers_;
    }
  }
  if (!connection) {
    auto opened = Connect(options_.reader_cache);
    if (!opened) {
      MutexLock lock(readers_mutex_);
      --readers_;
      reader_free_.NotifyOne();
      return std::unexpected(std::move(opened).error());
    }
    connection = std::move(*opened);
  }
  Lease lease(*this, std::move(connection));
  TRY_ASSIGN(Statement begin, lease.connection->Prepare("BEGIN"));
  TRY(begin.Run());
  return lease;
}

void Database::ReleaseReader(std::unique_ptr<Connection> connection) {
  if (connection->InTransaction()) {
    if (auto end = connection->Prepare("COMMIT")) (void)end->Run();
  }
  MutexLock lock(readers_mutex_);
  idle_readers_.push_back(std::move(connection));
  reader_free_.NotifyOne();
}

}  // namespace vams::embedded
