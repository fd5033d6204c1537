#include "journal/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file_error.h"

namespace vams {
namespace {

// 0, or an errno.
int WriteAt(int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

}  // namespace

Result<AppendFile> AppendFile::OpenAs(const std::filesystem::path& path, int flags, SyncFile sync) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    Error error = FileError("open", path, errno);
    if (errno == ENOENT) error.code = ErrorCode::kNotFound;
    return std::unexpected(std::move(error));
  }
  AppendFile file(path, fd, 0, std::move(sync));
  if ((flags & O_CREAT) != 0 && fchmod(fd, 0600) != 0) return std::unexpected(FileError("make", path, errno));
  struct stat info{};
  if (fstat(fd, &info) != 0) return std::unexpected(FileError("read", path, errno));
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  return file;
}

Result<AppendFile> AppendFile::Open(const std::filesystem::path& path, SyncFile sync) {
  return OpenAs(path, O_RDWR, std::move(sync));
}

Result<AppendFile> AppendFile::OpenToRead(const std::filesystem::path& path) {
  return OpenAs(path, O_RDONLY, fdatasync);
}

Result<AppendFile> AppendFile::Make(const std::filesystem::path& path, SyncFile sync) {
  return OpenAs(path, O_RDWR | O_CREAT | O_TRUNC, std::move(sync));
}

AppendFile::~AppendFile() {
  if (fd_ >= 0) close(fd_);
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      sync_(std::move(other.sync_)),
      trusted_(other.trusted_) {}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(size_, other.size_);
  std::swap(sync_, other.sync_);
  std::swap(trusted_, other.trusted_);
  return *this;
}

Status AppendFile::Append(std::string_view bytes) {
  if (!trusted_) return Fail(ErrorCode::kIo, "{} is not written to after a failure", path_.string());
  int error = WriteAt(fd_, bytes, size_);
  // After a sync that failed the kernel has forgotten which pages were dirty: the next one would succeed in vain.
  if (error == 0 && sync_(fd_) != 0) {
    error = errno;
    trusted_ = false;
  }
  if (error == 0) {
    size_ += bytes.size();
    return {};
  }
  if (ftruncate(fd_, static_cast<off_t>(size_)) != 0) trusted_ = false;
  return std::unexpected(FileError("write", path_, error));
}

Status AppendFile::Cut(std::uint64_t bytes) {
  if (ftruncate(fd_, static_cast<off_t>(bytes)) != 0 || fsync(fd_) != 0) {
    return std::unexpected(FileError("cut", path_, errno));
  }
  size_ = bytes;
  return {};
}

Status AppendFile::Read(std::uint64_t offset, std::size_t bytes, std::string& into) const {
  const std::size_t before = into.size();
  into.resize(before + bytes);
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n = pread(fd_, into.data() + before + done, bytes - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(FileError("read", path_, errno));
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  into.resize(before + done);
  return {};
}

Status AppendFile::Sync() {
  if (sync_(fd_) != 0) return std::unexpected(FileError("sync", path_, errno));
  return {};
}

Status AppendFile::MoveTo(const std::filesystem::path& path) {
  if (rename(path_.c_str(), path.c_str()) != 0) return std::unexpected(FileError("replace", path, errno));
  path_ = path;
  return {};
}

}  // namespace vams
