#include "backends/embedded/sqlite_error.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>

namespace vams::embedded {
namespace {

struct Row {
  int code;
  int system_errno;
  ErrorCode want;
  bool retryable;
};

constexpr Row kRows[] = {
    {SQLITE_BUSY, 0, ErrorCode::kBusy, true},
    {SQLITE_BUSY_SNAPSHOT, 0, ErrorCode::kBusy, true},
    {SQLITE_BUSY_RECOVERY, 0, ErrorCode::kBusy, true},
    {SQLITE_LOCKED, 0, ErrorCode::kBusy, true},
    {SQLITE_PROTOCOL, 0, ErrorCode::kBusy, true},
    {SQLITE_SCHEMA, 0, ErrorCode::kBusy, true},
    {SQLITE_FULL, 0, ErrorCode::kNoSpace, false},
    {SQLITE_FULL, ENOSPC, ErrorCode::kNoSpace, false},
    {SQLITE_IOERR_WRITE, ENOSPC, ErrorCode::kNoSpace, false},
    {SQLITE_IOERR_SHMSIZE, ENOSPC, ErrorCode::kNoSpace, false},
    {SQLITE_IOERR_FSYNC, EDQUOT, ErrorCode::kNoSpace, false},
    {SQLITE_IOERR_WRITE, EIO, ErrorCode::kIo, false},
    {SQLITE_IOERR_WRITE, EROFS, ErrorCode::kReadOnly, false},
    {SQLITE_IOERR_SHORT_READ, 0, ErrorCode::kCorrupt, false},
    {SQLITE_IOERR_CORRUPTFS, 0, ErrorCode::kCorrupt, false},
    {SQLITE_IOERR_NOMEM, 0, ErrorCode::kUnavailable, false},
    {SQLITE_READONLY, 0, ErrorCode::kReadOnly, false},
    {SQLITE_READONLY_DIRECTORY, 0, ErrorCode::kReadOnly, false},
    {SQLITE_READONLY_CANTINIT, 0, ErrorCode::kReadOnly, false},
    {SQLITE_READONLY_DBMOVED, 0, ErrorCode::kIo, false},
    {SQLITE_CANTOPEN, EACCES, ErrorCode::kAccessDenied, false},
    {SQLITE_CANTOPEN, EPERM, ErrorCode::kAccessDenied, false},
    {SQLITE_CANTOPEN, ENOENT, ErrorCode::kNotFound, false},
    {SQLITE_CANTOPEN, EROFS, ErrorCode::kReadOnly, false},
    {SQLITE_CANTOPEN, EMFILE, ErrorCode::kIo, false},
    {SQLITE_CANTOPEN, 0, ErrorCode::kIo, false},
    {SQLITE_PERM, 0, ErrorCode::kAccessDenied, false},
    {SQLITE_AUTH, 0, ErrorCode::kAccessDenied, false},
    {SQLITE_CORRUPT, 0, ErrorCode::kCorrupt, false},
    {SQLITE_CORRUPT_VTAB, 0, ErrorCode::kCorrupt, false},
    {SQLITE_NOTADB, 0, ErrorCode::kCorrupt, false},
    {SQLITE_NOMEM, 0, ErrorCode::kUnavailable, false},
    {SQLITE_TOOBIG, 0, ErrorCode::kTooLarge, false},
    {SQLITE_CONSTRAINT_UNIQUE, 0, ErrorCode::kPrecondition, false},
    {SQLITE_INTERRUPT, 0, ErrorCode::kCancelled, false},
    {SQLITE_MISUSE, 0, ErrorCode::kUnknown, false},
    {12345, 0, ErrorCode::kUnknown, false},
};

TEST(SqliteError, EveryRow) {
  for (const Row& row : kRows) {
    const Error error =
        MakeSqliteError({row.code, row.system_errno, "what SQLite said"}, "/data/vams/vams.db", "write");
    EXPECT_EQ(error.code, row.want) << row.code << " " << row.system_errno;
    EXPECT_EQ(error.retryable, row.retryable) << row.code;
    EXPECT_NE(error.message.find("/data/vams/vams.db"), std::string::npos) << error.message;
    EXPECT_EQ(error.operation, "sqlite:write");
  }
}

TEST(SqliteError, WhatAPersonCanDoIsSaid) {
  for (const int code : {SQLITE_BUSY, SQLITE_FULL, SQLITE_READONLY, SQLITE_PERM, SQLITE_CORRUPT}) {
    EXPECT_NE(MakeSqliteError({code, 0, ""}, "x", "write").hint, "") << code;
  }
}

}  // namespace
}  // namespace vams::embedded
