#include "base/file_error.h"

#include <cerrno>
#include <cstring>

namespace vams {
namespace {

ErrorCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EFBIG:  // a limit of the process or of the file system
    case EDQUOT: return ErrorCode::kNoSpace;
    case EROFS: return ErrorCode::kReadOnly;
    case EACCES:
    case EPERM: return ErrorCode::kAccessDenied;
    default: return ErrorCode::kIo;
  }
}

}  // namespace

Error FileError(std::string_view what, const std::filesystem::path& path, int error_number) {
  return MakeError(CodeOf(error_number), "cannot {} {}: {}", what, path.string(), std::strerror(error_number));
}

}  // namespace vams
