#include "run/state/side_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

namespace vams {

Error SideFile::CannotWrite(int code) const {
  return MakeError(code == ENOSPC ? ErrorCode::kNoSpace : ErrorCode::kIo, "cannot write {}: {}", path_.string(),
                   std::strerror(code));
}

Status SideFile::Write(std::string_view line) {
  if (!file_) file_ = OpenPrivate(path_, PrivateFile::kAppend);
  if (!file_ || std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() ||
      std::fputc('\n', file_.get()) == EOF) {
    return std::unexpected(CannotWrite(errno));
  }
  return {};
}

Result<std::uint64_t> SideFile::Flush() {
  if (file_ && std::fflush(file_.get()) != 0) return std::unexpected(CannotWrite(errno));
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path_, error);
  return error ? 0 : static_cast<std::uint64_t>(bytes);
}

Status SideFile::ForEachLine(const std::function<Status(std::string_view)>& take) const {
  std::ifstream in(path_, std::ios::binary);
  for (std::string line; std::getline(in, line);) TRY(take(line));
  return {};
}

}  // namespace vams
