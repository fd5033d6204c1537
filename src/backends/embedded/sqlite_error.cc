#include "backends/embedded/sqlite_error.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace vams::embedded {
namespace {

struct CodeRow {
  int sqlite;  // primary or extended; the extended code is looked for first
  ErrorCode code;
  bool retryable;
};

constexpr CodeRow kCodes[] = {
    {SQLITE_BUSY, ErrorCode::kBusy, true},
    {SQLITE_LOCKED, ErrorCode::kBusy, true},
    {SQLITE_PROTOCOL, ErrorCode::kBusy, true},
    {SQLITE_SCHEMA, ErrorCode::kBusy, true},
    {SQLITE_FULL, ErrorCode::kNoSpace, false},
    {SQLITE_READONLY, ErrorCode::kReadOnly, false},
    {SQLITE_READONLY_DBMOVED, ErrorCode::kIo, false},
    {SQLITE_PERM, ErrorCode::kAccessDenied, false},
    {SQLITE_AUTH, ErrorCode::kAccessDenied, false},
    {SQLITE_CANTOPEN, ErrorCode::kIo, false},
    {SQLITE_CORRUPT, ErrorCode::kCorrupt, false},
    {SQLITE_NOTADB, ErrorCode::kCorrupt, false},
    {SQLITE_FORMAT, ErrorCode::kCorrupt, false},
    {SQLITE_IOERR, ErrorCode::kIo, false},
    {SQLITE_IOERR_SHORT_READ, ErrorCode::kCorrupt, false},
    {SQLITE_IOERR_DATA, ErrorCode::kCorrupt, false},
    {SQLITE_IOERR_CORRUPTFS, ErrorCode::kCorrupt, false},
    {SQLITE_IOERR_ACCESS, ErrorCode::kAccessDenied, false},
    {SQLITE_NOMEM, ErrorCode::kUnavailable, false},
    {SQLITE_IOERR_NOMEM, ErrorCode::kUnavailable, false},
    {SQLITE_TOOBIG, ErrorCode::kTooLarge, false},
    {SQLITE_NOLFS, ErrorCode::kTooLarge, false},
    {SQLITE_CONSTRAINT, ErrorCode::kPrecondition, false},
    {SQLITE_INTERRUPT, ErrorCode::kCancelled, false},
    {SQLITE_ABORT, ErrorCode::kCancelled, false},
};

struct ErrnoRow {
  int number;
  ErrorCode code;
};

// Where SQLite could only say "cannot open" or "input/output error", the system knows more.
constexpr ErrnoRow kErrnos[] = {
    {ENOSPC, ErrorCode::kNoSpace},  {EDQUOT, ErrorCode::kNoSpace},      {EROFS, ErrorCode::kReadOnly},
    {ENOENT, ErrorCode::kNotFound}, {EACCES, ErrorCode::kAccessDenied}, {EPERM, ErrorCode::kAccessDenied},
};

CodeRow RowFor(const SqliteFailure& failure) {
  const int primary = failure.code & 0xFF;
  if (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) {
    const auto* row = std::ranges::find(kErrnos, failure.system_errno, &ErrnoRow::number);
    if (row != std::end(kErrnos)) return {failure.code, row->code, false};
  }
  for (const int code : {failure.code, primary}) {
    const auto* row = std::ranges::find(kCodes, code, &CodeRow::sqlite);
    if (row != std::end(kCodes)) return *row;
  }
  return {failure.code, ErrorCode::kUnknown, false};
}

std::string HintFor(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBusy: return "let the other process finish, then try again";
    case ErrorCode::kNoSpace: return "free some space on that file system, then run the same command again";
    case ErrorCode::kReadOnly: return "make the directory writable, or copy it to a place that is";
    case ErrorCode::kAccessDenied: return "give yourself read and write permission on the directory and its files";
    case ErrorCode::kCorrupt: return "restore the directory from a backup, or make a new one and import again";
    case ErrorCode::kInvalid:
    case ErrorCode::kUsage:
    case ErrorCode::kNotFound:
    case ErrorCode::kPrecondition:
    case ErrorCode::kConflict:
    case ErrorCode::kThrottled:
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
    case ErrorCode::kExpired:
    case ErrorCode::kIo:
    case ErrorCode::kBadReply:
    case ErrorCode::kTooLarge:
    case ErrorCode::kCancelled:
    case ErrorCode::kUnknown: break;
  }
  return "";
}

}  // namespace

Error MakeSqliteError(const SqliteFailure& failure, std::string_view path, std::string_view operation) {
  const CodeRow row = RowFor(failure);
  Error error;
  error.code = row.code;
  error.retryable = row.retryable;
  error.operation = fmt::format("sqlite:{}", operation);
  switch (row.code) {
    case ErrorCode::kBusy: error.message = fmt::format("{}: another process is writing to it", path); break;
    case ErrorCode::kNoSpace: error.message = fmt::format("{}: no space left on the file system", path); break;
    case ErrorCode::kReadOnly: error.message = fmt::format("{}: cannot be written to", path); break;
    case ErrorCode::kCorrupt: error.message = fmt::format("{}: is damaged ({})", path, failure.message); break;
    default:
      error.message = fmt::format("{}: {}", path, failure.message);
      if (failure.system_errno != 0) {
        error.message += fmt::format(" ({})", std::generic_category().message(failure.system_errno));
      }
  }
  error.hint = HintFor(row.code);
  return error;
}

}  // namespace vams::embedded
