#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file_error.h"

namespace vams {
namespace {

std::string HolderOf(int fd) {
  std::array<char, 32> text{};
  const ssize_t n = pread(fd, text.data(), text.size() - 1, 0);
  std::string holder(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "unknown" : holder;
}

}  // namespace

Result<FileLock> FileLock::Open(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return std::unexpected(
        FileError("open", path, errno).WithHint("who writes there needs a directory that can be written to"));
  }
  return FileLock(fd);
}

Result<FileLock> FileLock::Wait(const std::filesystem::path& path) {
  TRY_ASSIGN(FileLock lock, Open(path));
  while (flock(lock.fd_, LOCK_EX) != 0) {
    if (errno != EINTR) return Fail(ErrorCode::kIo, "cannot lock {}: {}", path.string(), std::strerror(errno));
  }
  return lock;
}

Result<FileLock> FileLock::Acquire(const std::filesystem::path& path) {
  TRY_ASSIGN(FileLock lock, Open(path));
  const int fd = lock.fd_;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Fail(ErrorCode::kIo, "cannot lock {}: {}", path.string(), std::strerror(errno));
    return std::unexpected(MakeError(ErrorCode::kBusy, "process {} holds {}", HolderOf(fd), path.string())
                               .WithHint("wait until it has ended, or stop it"));
  }
  // The process id is for the message above only; a lock without it is as good.
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) return lock;
  return lock;
}

bool FileLock::IsHeld(const std::filesystem::path& path) {
  const FileLock look(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return look.fd_ >= 0 && flock(look.fd_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

}  // namespace vams
