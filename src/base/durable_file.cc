#include "base/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/file_error.h"

namespace vams {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> Refuse(const std::filesystem::path& path, std::string_view what, int error) {
  return std::unexpected(FileError(what, path, error));
}

Status WriteAll(int fd, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Refuse(path, "write", errno);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// 0, or an errno.
int SyncError(const std::filesystem::path& directory) {
  const Fd fd(open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.get() < 0 || fsync(fd.get()) != 0 ? errno : 0;
}

bool KnowsNoSync(int error) { return error == EINVAL || error == ENOTSUP || error == EOPNOTSUPP || error == ENOSYS; }

// `text` in a new file beside `path`, on the disk; its name.
Result<std::string> WriteBeside(const std::filesystem::path& path, std::string_view text) {
  std::string temporary = path.string() + ".XXXXXX";
  const Fd fd(mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
  if (fd.get() < 0) return Refuse(temporary, "make", errno);
  Status written = WriteAll(fd.get(), text, temporary);
  if (written && fchmod(fd.get(), 0600) != 0) written = Refuse(temporary, "make", errno);
  if (written && fsync(fd.get()) != 0) written = Refuse(temporary, "write", errno);
  if (written) return temporary;
  unlink(temporary.c_str());
  return std::unexpected(std::move(written).error());
}

// 0, or an errno: EEXIST where `to` is taken.
int MoveToFreeName(const std::string& from, const std::filesystem::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (!KnowsNoSync(errno)) return errno;
  // A file system without that: the name is taken first, then filled.
  const Fd taken(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (taken.get() < 0) return errno;
  if (rename(from.c_str(), to.c_str()) == 0) return 0;
  const int error = errno;
  unlink(to.c_str());
  return error;
}

}  // namespace

Status SyncDirectory(const std::filesystem::path& directory) {
  const int error = SyncError(directory);
  if (error != 0 && !KnowsNoSync(error)) return Refuse(directory, "sync", error);
  return {};
}

bool CanSyncDirectory(const std::filesystem::path& directory) { return !KnowsNoSync(SyncError(directory)); }

Result<std::optional<std::string>> ReadWholeFile(const std::filesystem::path& path, Bytes at_most) {
  constexpr std::size_t kPart = 1 << 16;
  // Opening a named pipe that nobody writes to would hang.
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return Refuse(path, "open", errno);
  }
  fcntl(fd.get(), F_SETFL, 0);
  std::string text;
  for (;;) {
    const std::size_t have = text.size();
    text.resize(have + kPart);
    const ssize_t n = read(fd.get(), text.data() + have, kPart);
    const int error = errno;
    text.resize(have + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n == 0) return text;
    if (n < 0 && error != EINTR) return Refuse(path, "read", error);
    if (text.size() > at_most.value) {
      return Fail(ErrorCode::kTooLarge, "{} is longer than {} bytes", path.string(), at_most.value);
    }
  }
}

Status ReplaceDurably(const std::filesystem::path& path, std::string_view text) {
  TRY_ASSIGN(const std::string temporary, WriteBeside(path, text));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return Refuse(path, "replace", error);
  }
  return SyncDirectory(path.parent_path());
}

Status CreateDurably(const std::filesystem::path& path, std::string_view text) {
  TRY_ASSIGN(const std::string temporary, WriteBeside(path, text));
  if (const int error = MoveToFreeName(temporary, path); error != 0) {
    unlink(temporary.c_str());
    if (error == EEXIST) return Fail(ErrorCode::kConflict, "{} is there already", path.string());
    return Refuse(path, "make", error);
  }
  return SyncDirectory(path.parent_path());
}

Status AppendLineDurably(const std::filesystem::path& path, std::string_view line) {
  const Fd fd(open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0) return Refuse(path, "open", errno);
  struct stat info{};
  if (fstat(fd.get(), &info) != 0) return Refuse(path, "read", errno);
  char last = '\n';
  if (info.st_size > 0 && pread(fd.get(), &last, 1, info.st_size - 1) != 1) return Refuse(path, "read", errno);
  std::string text = last == '\n' ? "" : "\n";
  text.append(line).push_back('\n');
  Status written = WriteAll(fd.get(), text, path);
  if (written && fsync(fd.get()) != 0) written = Refuse(path, "write", errno);
  if (written) return info.st_size == 0 ? SyncDirectory(path.parent_path()) : Status{};
  if (ftruncate(fd.get(), info.st_size) != 0) return written;  // the next line closes what is left
  return written;
}

}  // namespace vams
