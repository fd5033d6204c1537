#include "base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vams {

FilePtr OpenPrivate(const std::filesystem::path& path, PrivateFile how) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (how == PrivateFile::kAppend ? O_APPEND : O_TRUNC);
  const int fd = open(path.c_str(), flags, 0600);
  if (fd < 0) return nullptr;
  struct stat info{};
  // A file of an earlier version, or one made under a umask that takes from its owner too.
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 07777) != 0600) {
    [[maybe_unused]] const int kept = fchmod(fd, 0600);  // of another owner: as it is
  }
  std::FILE* file = fdopen(fd, how == PrivateFile::kAppend ? "ab" : "wb");
  if (file == nullptr) {
    const int code = errno;
    close(fd);
    errno = code;
  }
  return FilePtr(file);
}

int MakePrivateDirectory(const std::filesystem::path& path) {
  if (mkdir(path.c_str(), 0700) != 0) return errno;
  return chmod(path.c_str(), 0700) == 0 ? 0 : errno;
}

}  // namespace vams
