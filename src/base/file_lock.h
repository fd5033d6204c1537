#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace vams {

// An advisory lock on a file, held until the object goes or the process dies, however it dies. The file stays.
class FileLock {
 public:
  // Makes the file where it is missing, for its owner alone. kBusy: another process holds it; the message names one
  // only where it lives and has the lock. A look by IsHeld() does not count: it is waited for, a twentieth of a second.
  static Result<FileLock> Acquire(const std::filesystem::path& path);
  // As above, but waits for whoever holds it: for locks that are held for as long as a file is written.
  static Result<FileLock> Wait(const std::filesystem::path& path);
  // Whether somebody holds it. False also where there is no such file, or it cannot be read.
  static bool IsHeld(const std::filesystem::path& path);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  static Result<FileLock> Open(const std::filesystem::path& path);
  int fd_;
};

}  // namespace vams
