#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace vams::embedded {

// What SQLite and the system said about one failed call.
struct SqliteFailure {
  int code = 0;          // extended result code
  int system_errno = 0;  // 0 where the system was not at fault
  std::string message;   // sqlite3_errmsg
};

// The one place where result codes become ErrorCodes. `path` is the file, `operation` what was tried ("write", "open").
Error MakeSqliteError(const SqliteFailure& failure, std::string_view path, std::string_view operation);

}  // namespace vams::embedded
