#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/private_file.h"
#include "base/result.h"

namespace vams {

// Lines beside a run's journal, which says how many bytes of them count (docs/journal.md). One thread at a time.
class SideFile {
 public:
  // Appends to `path`, which is made with the first line.
  explicit SideFile(std::filesystem::path path) : path_(std::move(path)) {}

  Status Write(std::string_view line);
  // Hands everything to the kernel and tells the length of the file; 0 where there is none.
  Result<std::uint64_t> Flush();
  // Each line of the file, without its end.
  Status ForEachLine(const std::function<Status(std::string_view)>& take) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  Error CannotWrite(int code) const;

  std::filesystem::path path_;
  FilePtr file_;
};

}  // namespace vams
