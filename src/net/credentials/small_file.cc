#include "net/credentials/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace vams {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

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

std::unexpected<Error> Refuse(const std::string& path, std::string_view what, int error) {
  const ErrorCode code = error == EACCES || error == EPERM ? ErrorCode::kAccessDenied : ErrorCode::kIo;
  return Fail(code, "cannot {} {}: {}", what, path, std::strerror(error));
}

Status WriteAll(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Refuse(path, "write", errno);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> ReadSmallFile(const std::string& path) {
  // Opening a named pipe that nobody writes to would hang.
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return Refuse(path, "open", errno);
  }
  fcntl(fd.get(), F_SETFL, 0);
  struct stat info{};
  if (fstat(fd.get(), &info) != 0) return Refuse(path, "read", errno);
  if (S_ISDIR(info.st_mode)) return Fail(ErrorCode::kIo, "cannot read {}: it is a directory", path);
  std::string text;
  for (;;) {
    const std::size_t have = text.size();
    text.resize(have + 16384);
    const ssize_t n = read(fd.get(), text.data() + have, 16384);
    if (n < 0 && errno != EINTR) return Refuse(path, "read", errno);
    text.resize(have + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n == 0) return text;
    if (text.size() > kMostBytes) return Fail(ErrorCode::kTooLarge, "{} is longer than 1 MiB", path);
  }
}

Status ReplacePrivateFile(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  const Fd fd(mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
  if (fd.get() < 0) return Refuse(temporary, "make", errno);
  Status written = WriteAll(fd.get(), text, temporary);
  if (written && fsync(fd.get()) != 0) written = Refuse(temporary, "write", errno);
  if (written && rename(temporary.c_str(), path.c_str()) != 0) written = Refuse(path, "replace", errno);
  if (!written) unlink(temporary.c_str());
  return written;
}

}  // namespace vams
