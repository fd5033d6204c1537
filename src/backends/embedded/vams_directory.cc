#include "backends/embedded/vams_directory.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <random>
#include <system_error>

#include "backends/embedded/sqlite_error.h"

namespace vams::embedded {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kStagingName = ".init";
constexpr std::string_view kRestoreHint = "restore the directory from a backup, or make a new one and import again";

Error FileSystemError(const std::error_code& code, std::string_view path, std::string_view doing) {
  // The same table decides as for what SQLite could not open.
  Error error = MakeSqliteError({SQLITE_CANTOPEN, code.value(), std::string(doing)}, path, "open");
  return error;
}

Error NotAVams(const std::string& directory) {
  return MakeError(ErrorCode::kNotFound, "{} is no VAMS directory", directory)
      .WithHint(fmt::format("make one with `vams-migrate local init {}`", directory));
}

// The first bytes of a database file. Read through SQLite's own file layer: closing a descriptor of ours would drop the
// locks that other connections of this process hold on the file.
Result<std::string> ReadHeader(const std::string& path) {
  constexpr int kHeaderBytes = 100;
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  std::unique_ptr<const char, void (*)(const char*)> name(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr),
                                                          [](const char* p) { sqlite3_free_filename(p); });
  std::vector<char> memory(static_cast<std::size_t>(vfs->szOsFile));
  auto* file = reinterpret_cast<sqlite3_file*>(memory.data());
  int code = vfs->xOpen(vfs, name.get(), file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, nullptr);
  if (code != SQLITE_OK) {
    const int number = errno;
    return std::unexpected(MakeSqliteError({code, number, "cannot be opened"}, path, "open"));
  }
  std::string header(kHeaderBytes, '\0');
  code = file->pMethods->xRead(file, header.data(), kHeaderBytes, 0);
  file->pMethods->xClose(file);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
    return std::unexpected(MakeSqliteError({code, errno, "cannot be read"}, path, "read"));
  }
  return header;
}

std::uint32_t BigEndian32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Offsets: https://www.sqlite.org/fileformat.html, section 1.3.
Status CheckHeader(const std::string& path, const FileSpec& spec) {
  TRY_ASSIGN(const std::string header, ReadHeader(path));
  if (!header.starts_with(std::string_view("SQLite format 3\0", 16))) {
    return std::unexpected(
        MakeError(ErrorCode::kCorrupt, "{}: is no database file", path).WithHint(std::string(kRestoreHint)));
  }
  const std::uint32_t application = BigEndian32(header, 68);
  const std::uint32_t version = BigEndian32(header, 60);
  if (application != spec.application_id) {
    return std::unexpected(MakeError(ErrorCode::kCorrupt, "{}: is a database of another program or another part", path)
                               .WithHint(std::string(kRestoreHint)));
  }
  if (version > kFormatVersion) {
    return std::unexpected(MakeError(ErrorCode::kCorrupt, "{}: has format {}; this program knows formats up to {}",
                                     path, version, kFormatVersion)
                               .WithHint("use the newer vams-migrate that wrote it"));
  }
  return {};
}

Status CheckPresent(const std::string& directory) {
  struct stat info{};
  if (::stat(directory.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::unexpected(NotAVams(directory));
    return std::unexpected(FileSystemError({errno, std::generic_category()}, directory, "cannot be read"));
  }
  if (!S_ISDIR(info.st_mode)) return std::unexpected(NotAVams(directory));
  if (::faccessat(AT_FDCWD, directory.c_str(), R_OK | X_OK, AT_EACCESS) != 0) {
    return std::unexpected(FileSystemError({errno, std::generic_category()}, directory, "cannot be read"));
  }
  std::vector<std::string_view> missing;
  for (const FileKind kind : kFileKinds) {
    std::error_code unknown;
    if (!fs::exists(fs::path(directory) / SpecOf(kind).file_name, unknown)) missing.push_back(SpecOf(kind).file_name);
  }
  if (missing.size() == kFileKinds.size()) return std::unexpected(NotAVams(directory));
  if (!missing.empty()) {
    return std::unexpected(MakeError(ErrorCode::kCorrupt, "{}: {} is missing", directory, fmt::join(missing, ", "))
                               .WithHint(std::string(kRestoreHint)));
  }
  return {};
}

std::string RandomId() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", device(), device(), device(), device());
}

// Nobody sees the file yet, so that one sync at its end is enough.
Status WriteNewFile(const fs::path& path, const FileSpec& spec, const NewDirectory& content, const std::string& id) {
  TRY_ASSIGN(auto connection, Connection::Open(path.string(), Connection::Mode::kCreate));
  TRY(connection->Execute(
      fmt::format("PRAGMA page_size={}; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; BEGIN;", spec.page_size)));
  TRY(connection->Execute(std::string(spec.schema)));
  TRY(connection->Execute(
      fmt::format("PRAGMA application_id={}; PRAGMA user_version={};", spec.application_id, kFormatVersion)));
  TRY(WriteMeta(*connection, "file", spec.file_name));
  TRY(WriteMeta(*connection, "vams", id));
  if (content.scratch) TRY(WriteMeta(*connection, "scratch", "1"));
  if (spec.kind == FileKind::kTables) {
    TRY_ASSIGN(Statement parameter, connection->Prepare("INSERT INTO parameters(name, value) VALUES(?1, ?2)"));
    for (const auto& [name, value] : content.parameters) TRY(parameter.Text(1, name).Text(2, value).Run());
    TRY_ASSIGN(Statement queue, connection->Prepare("INSERT INTO queues(name) VALUES(?1)"));
    TRY(queue.Text(1, content.file_event_queue).Run());
  } else if (spec.kind != FileKind::kObjects) {
    const auto& index = spec.kind == FileKind::kAssetIndex ? content.asset_index : content.file_index;
    TRY(WriteMeta(*connection, "index", index.name));
    TRY(WriteMeta(*connection, "definition", index.definition));
    TRY(WriteMeta(*connection, "documents", "0"));
  }
  return connection->Execute("COMMIT; PRAGMA journal_mode=WAL;");
}

Status SyncToDisk(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int number = errno;
  if (fd >= 0) ::close(fd);
  if (synced) return {};
  return std::unexpected(FileSystemError({number, std::generic_category()}, path.string(), "cannot be written"));
}

// Removes what a failed Create has made, last made first.
class Cleanup {
 public:
  ~Cleanup() {
    std::error_code ignored;
    for (auto it = made_.rbegin(); it != made_.rend(); ++it) fs::remove_all(*it, ignored);
  }
  void Made(fs::path path) { made_.push_back(std::move(path)); }
  void Keep() { made_.clear(); }

 private:
  std::vector<fs::path> made_;
};

// What a Create left that was killed: its staging directory, and those of the other files that were in place already.
// Where anything else lies beside them, nothing is removed.
Status RemoveInterruptedCreate(const fs::path& target) {
  std::error_code code;
  if (!fs::is_directory(target / kStagingName, code)) return {};
  std::vector<fs::path> made;
  for (fs::directory_iterator it(target, code), end; !code && it != end; it.increment(code)) {
    const std::string name = it->path().filename().string();
    const bool ours = name == kStagingName ||
                      std::ranges::any_of(kFileKinds, [&](FileKind kind) { return name == SpecOf(kind).file_name; });
    if (!ours) return {};
    made.push_back(it->path());
  }
  for (const fs::path& path : made) {
    if (!code) fs::remove_all(path, code);
  }
  if (!code) return {};
  return std::unexpected(FileSystemError(code, target.string(), "cannot be written to"));
}

// Also makes a throw-away file fast.
Status CheckMeta(Database& database, const FileSpec& spec, std::string& vams_id) {
  std::optional<std::string> file;
  std::optional<std::string> id;
  std::optional<std::string> scratch;
  TRY(database.Read([&](Connection& c) -> Status {
    TRY_ASSIGN(file, ReadMeta(c, "file"));
    TRY_ASSIGN(id, ReadMeta(c, "vams"));
    TRY_ASSIGN(scratch, ReadMeta(c, "scratch"));
    return {};
  }));
  if (file != spec.file_name || !id || id->empty()) {
    return std::unexpected(
        MakeError(ErrorCode::kCorrupt, "{}: is incomplete", database.path()).WithHint(std::string(kRestoreHint)));
  }
  if (vams_id.empty()) vams_id = *id;
  if (vams_id != *id) {
    return std::unexpected(MakeError(ErrorCode::kCorrupt, "{}: belongs to another VAMS directory", database.path())
                               .WithHint("put back the file that was made together with the others"));
  }
  return scratch ? database.NeverSync() : Status{};
}

}  // namespace

Result<std::optional<std::string>> ReadMeta(Connection& connection, std::string_view name) {
  TRY_ASSIGN(Statement query, connection.Prepare("SELECT value FROM meta WHERE name=?1"));
  TRY_ASSIGN(const bool row, query.Text(1, name).Step());
  if (!row || query.ColumnIsNull(0)) return std::nullopt;
  return std::string(query.ColumnText(0));
}

Status WriteMeta(Connection& connection, std::string_view name, std::string_view value) {
  TRY_ASSIGN(Statement statement, connection.Prepare("INSERT INTO meta(name, value) VALUES(?1, ?2) "
                                                     "ON CONFLICT(name) DO UPDATE SET value=excluded.value"));
  return statement.Text(1, name).Text(2, value).Run();
}

Status VamsDirectory::Create(const std::string& directory, const NewDirectory& content) {
  std::error_code code;
  const fs::path target(directory);
  const auto status = fs::status(target, code);
  if (code && code != std::errc::no_such_file_or_directory) {
    return std::unexpected(FileSystemError(code, directory, "cannot be read"));
  }
  if (fs::exists(status)) {
    if (!fs::is_directory(status)) return Fail(ErrorCode::kPrecondition, "{}: is there and no directory", directory);
    if (fs::exists(target / SpecOf(FileKind::kTables).file_name, code)) {
      return std::unexpected(MakeError(ErrorCode::kPrecondition, "{}: is a VAMS directory already", directory)
                                 .WithHint("use it as it is, or name another directory"));
    }
    TRY(RemoveInterruptedCreate(target));
    const bool empty = fs::is_empty(target, code);
    if (code) return std::unexpected(FileSystemError(code, directory, "cannot be read"));
    if (!empty) {
      return std::unexpected(MakeError(ErrorCode::kPrecondition, "{}: is not empty and no VAMS directory", directory)
                                 .WithHint("name a directory that is empty or does not exist"));
    }
  }
  Cleanup cleanup;
  // The topmost directory that is made is the one to remove again.
  fs::path made = target;
  for (fs::path p = target; !p.empty() && !fs::exists(p, code); p = p.parent_path()) made = p;
  if (!fs::exists(status)) {
    cleanup.Made(made);
    if (!fs::create_directories(target, code) && code) {
      return std::unexpected(FileSystemError(code, directory, "cannot be made"));
    }
  }
  // The files appear in the directory whole and one after the other, vams.db last.
  const fs::path staging = target / kStagingName;
  cleanup.Made(staging);
  if (!fs::create_directory(staging, code) && code) {
    return std::unexpected(FileSystemError(code, directory, "cannot be written to"));
  }
  const std::string id = RandomId();
  for (const FileKind kind : kFileKinds) {
    const FileSpec& spec = SpecOf(kind);
    auto written = WriteNewFile(staging / spec.file_name, spec, content, id);
    if (!written) return std::unexpected(std::move(written.error()).In(fmt::format("cannot make {}", directory)));
    if (!content.scratch) TRY(SyncToDisk(staging / spec.file_name));
  }
  for (auto kind = kFileKinds.rbegin(); kind != kFileKinds.rend(); ++kind) {
    const fs::path path = target / SpecOf(*kind).file_name;
    fs::rename(staging / SpecOf(*kind).file_name, path, code);
    if (code) return std::unexpected(FileSystemError(code, path.string(), "cannot be made"));
    cleanup.Made(path);
  }
  fs::remove_all(staging, code);
  if (!content.scratch) TRY(SyncToDisk(target));
  cleanup.Keep();
  return {};
}

std::string VamsDirectory::PathOf(FileKind kind) const { return (fs::path(path_) / SpecOf(kind).file_name).string(); }

Result<std::shared_ptr<VamsDirectory>> VamsDirectory::Open(const std::string& directory,
                                                           const DirectoryOptions& options, Clock& clock) {
  TRY(CheckPresent(directory));
  std::shared_ptr<VamsDirectory> opened(new VamsDirectory(directory, clock));
  for (const FileKind kind : kFileKinds) TRY(CheckHeader(opened->PathOf(kind), SpecOf(kind)));
  std::string vams_id;
  const std::array<std::unique_ptr<Database>*, 4> slots{&opened->tables_, &opened->objects_, &opened->asset_index_,
                                                        &opened->file_index_};
  for (std::size_t i = 0; i < kFileKinds.size(); ++i) {
    const FileSpec& spec = SpecOf(kFileKinds[i]);
    DatabaseOptions database;
    database.busy_timeout = options.busy_timeout;
    database.sync = options.sync_every_commit ? Sync::kCommit : spec.sync;
    database.max_pages = options.max_pages;
    TRY_ASSIGN(*slots[i], Database::Open(opened->PathOf(spec.kind), database));
    TRY(CheckMeta(**slots[i], spec, vams_id));
  }
  return opened;
}

}  // namespace vams::embedded
