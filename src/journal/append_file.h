#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vams {

// Has the disk keep what was written to a descriptor: 0, or -1 with errno, as fdatasync.
using SyncFile = std::function<int(int fd)>;

// A file that grows at its end, in steps that are on the disk whole or not there. Not thread-safe. Errors name the
// file: kNoSpace, kReadOnly, kAccessDenied, kIo.
class AppendFile {
 public:
  // kNotFound: there is no such file.
  static Result<AppendFile> Open(const std::filesystem::path& path, SyncFile sync);
  static Result<AppendFile> OpenToRead(const std::filesystem::path& path);
  // With mode 0600; a file that is there is emptied.
  static Result<AppendFile> Make(const std::filesystem::path& path, SyncFile sync);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // Failure: the file is as before, unless `trusted` says that this is not known any more: then no more is taken.
  Status Append(std::string_view bytes);
  // Cuts the file, on the disk when it returns.
  Status Cut(std::uint64_t bytes);
  // As ReadAt of journal_reader.h.
  Status Read(std::uint64_t offset, std::size_t bytes, std::string& into) const;
  // Has the disk keep what somebody else wrote to the file.
  Status Sync();
  // Renames it over `path`, without syncing the directory.
  Status MoveTo(const std::filesystem::path& path);

  std::uint64_t size() const { return size_; }
  bool trusted() const { return trusted_; }

 private:
  static Result<AppendFile> OpenAs(const std::filesystem::path& path, int flags, SyncFile sync);
  AppendFile(std::filesystem::path path, int fd, std::uint64_t size, SyncFile sync)
      : path_(std::move(path)), fd_(fd), size_(size), sync_(std::move(sync)) {}

  std::filesystem::path path_;
  int fd_;
  std::uint64_t size_;
  SyncFile sync_;
  bool trusted_ = true;
};

}  // namespace vams
