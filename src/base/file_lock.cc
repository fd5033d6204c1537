#include "base/file_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/file_error.h"

namespace vams {
namespace {

constexpr int kTries = 5;  // of a lock that somebody may just look at
constexpr int kPauseMilliseconds = 10;

// Who wrote its id into the file when it took the lock last; 0: nobody did.
pid_t WrittenIn(int fd) {
  std::array<char, 32> text{};
  const ssize_t n = pread(fd, text.data(), text.size() - 1, 0);
  pid_t pid = 0;
  if (n > 0) std::from_chars(text.data(), text.data() + n, pid);
  return pid;
}

// The process that the kernel names as the holder of a lock on this file (proc_locks(5)); 0: it names none, as for
// processes of another container or another machine.
pid_t NamedByKernel(int fd) {
  struct stat info{};
  if (fstat(fd, &info) != 0) return 0;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string access;
    pid_t pid = 0;
    std::string place;  // major:minor:inode
    if (!(words >> number >> kind) || kind != "FLOCK") continue;
    if (!(words >> advisory >> access >> pid >> place)) continue;
    if (place.substr(place.rfind(':') + 1) == std::to_string(info.st_ino)) return pid;
  }
  return 0;
}

bool IsAlive(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

// An id is named as the holder's only where that process lives and holds the lock: the one in the file may have ended
// long ago, and somebody else may have its number by now.
Error Held(int fd, const std::filesystem::path& path) {
  const pid_t written = WrittenIn(fd);
  const pid_t holder = NamedByKernel(fd);
  if (IsAlive(holder)) {
    return MakeError(ErrorCode::kBusy, "process {} holds {}", holder, path.string())
        .WithHint("wait until it has ended, or stop it");
  }
  const std::string last = written <= 0       ? std::string()
                           : IsAlive(written) ? fmt::format(" (last taken by process {})", written)
                                              : fmt::format(" (last held by process {}, which has ended)", written);
  return MakeError(ErrorCode::kBusy, "another process holds {}{}", path.string(), last)
      .WithHint(fmt::format("wait until it has ended, or find it with: fuser -v {}", path.string()));
}

std::unexpected<Error> CannotLock(const std::filesystem::path& path, int error) {
  return std::unexpected(
      MakeError(ErrorCode::kIo, "cannot lock {}: {}", path.string(), std::strerror(error))
          .WithHint(
              "its file system gives no locks: choose a directory on a local disk, with --state-dir for the state "
              "of runs, with --local for an embedded VAMS"));
}

}  // namespace

Result<FileLock> FileLock::Open(const std::filesystem::path& path) {
  // Its owner's alone: whoever may read a file may lock it, and keep others waiting.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return std::unexpected(FileError("open", path, errno).WithHint("choose a directory that can be written to"));
  }
  struct stat info{};
  if (fstat(fd, &info) == 0 && (info.st_mode & 0777) != 0600) {
    [[maybe_unused]] const int kept = fchmod(fd, 0600);  // of an earlier version; of another owner: as it is
  }
  return FileLock(fd);
}

Result<FileLock> FileLock::Wait(const std::filesystem::path& path) {
  TRY_ASSIGN(FileLock lock, Open(path));
  while (flock(lock.fd_, LOCK_EX) != 0) {
    if (errno != EINTR) return CannotLock(path, errno);
  }
  return lock;
}

Result<FileLock> FileLock::Acquire(const std::filesystem::path& path) {
  TRY_ASSIGN(FileLock lock, Open(path));
  const int fd = lock.fd_;
  for (int tries = 1; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) return CannotLock(path, errno);
    // IsHeld() of another process has it for a moment.
    if (tries == kTries) return std::unexpected(Held(fd, path));
    poll(nullptr, 0, kPauseMilliseconds);
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
