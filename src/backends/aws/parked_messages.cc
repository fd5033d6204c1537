#include "backends/aws/parked_messages.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"

namespace vams::aws {
namespace {

class File {
 public:
  File(const std::filesystem::path& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

std::unexpected<Error> CannotWrite(const std::filesystem::path& path, int error) {
  ErrorCode code = ErrorCode::kIo;
  if (error == ENOSPC || error == EDQUOT) code = ErrorCode::kNoSpace;
  if (error == EROFS) code = ErrorCode::kReadOnly;
  if (error == EACCES || error == EPERM) code = ErrorCode::kAccessDenied;
  return std::unexpected(MakeError(code, "cannot put a message aside in {}: {}", path.string(), std::strerror(error))
                             .WithHint("the message stays in the queue; name a directory that can be written to"));
}

Status Sync(const std::filesystem::path& path, int fd) {
  if (fsync(fd) != 0) return CannotWrite(path, errno);
  return {};
}

// The whole of `line` at the end of a file of `size` bytes, or the file as it was.
Status WriteAll(const std::filesystem::path& path, int fd, off_t size, std::string_view line) {
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t n = pwrite(fd, line.data() + done, line.size() - done, size + static_cast<off_t>(done));
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n > 0 || (n < 0 && errno == EINTR)) continue;
    const int error = n < 0 ? errno : EIO;
    if (ftruncate(fd, size) != 0) return CannotWrite(path, error);  // the next line closes what is left
    return CannotWrite(path, error);
  }
  return {};
}

}  // namespace

Status ParkedMessages::Append(std::string_view id, std::string_view body, std::string_view reason, UtcTime time) const {
  if (!IsUtf8(body)) return Fail(ErrorCode::kInvalid, "the body of message {} is not UTF-8", Printable(id));
  nlohmann::ordered_json record;
  record["id"] = Printable(id);
  record["body"] = body;
  record["reason"] = Printable(reason);
  record["time"] = FormatIsoMillis(time);
  std::string line = record.dump() + "\n";

  std::error_code failed;
  const std::filesystem::path directory = file_.has_parent_path() ? file_.parent_path() : ".";
  std::filesystem::create_directories(directory, failed);
  if (failed) return CannotWrite(directory, failed.value());
  const File file(file_, O_RDWR | O_CREAT);
  if (file.fd() < 0) return CannotWrite(file_, errno);
  // Until the file is closed: each open of it has a lock of its own, so threads wait for each other as processes do.
  while (flock(file.fd(), LOCK_EX) != 0) {
    if (errno != EINTR) return CannotWrite(file_, errno);
  }
  struct stat state{};
  if (fstat(file.fd(), &state) != 0) return CannotWrite(file_, errno);
  char last = '\n';
  if (state.st_size > 0 && pread(file.fd(), &last, 1, state.st_size - 1) != 1) return CannotWrite(file_, EIO);
  if (last != '\n') line.insert(line.begin(), '\n');
  TRY(WriteAll(file_, file.fd(), state.st_size, line));
  TRY(Sync(file_, file.fd()));
  // A file that is not in its directory after a crash is as good as none.
  const File parent(directory, O_RDONLY | O_DIRECTORY);
  if (parent.fd() < 0) return CannotWrite(directory, errno);
  return Sync(directory, parent.fd());
}

}  // namespace vams::aws
