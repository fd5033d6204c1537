#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/durable_file.h"
#include "base/file_lock.h"
#include "base/result.h"
#include "base/units.h"
#include "journal/append_file.h"
#include "journal/journal.h"
#include "journal/journal_format.h"
#include "journal/journal_reader.h"
#include "journal/journal_state.h"

namespace vams {

struct FileJournalOptions {
  Bytes compact_above{1 << 20};  // a smaller file is never compacted
  // How the disk is told to keep what was written and renamed; others in tests.
  SyncFile sync = fdatasync;
  std::function<Status(const std::filesystem::path& directory)> sync_directory = SyncDirectory;
};

struct OpenedJournal;

// The journal of one run in its directory (docs/journal.md), with the lock of its one writer. One caller at a time.
class FileJournal final : public JournalSink {
 public:
  // A new one in `directory`, which exists. kConflict: there is one; kBusy: another process writes there;
  // kInvalid: a name of the header is no side file's; or an error of the disk.
  static Result<std::unique_ptr<FileJournal>> Create(const std::filesystem::path& directory, JournalHeader header,
                                                     FileJournalOptions options = {});

  // Goes on with the one that is there. On success what was torn or damaged is gone from the disk, and so are bytes of
  // side files that do not count. kNotFound: there is none; kBusy: another process, which is named, writes it;
  // kCorrupt: it cannot be gone on with; or an error of the disk. Each with a hint where there is something to do.
  static Result<OpenedJournal> Open(const std::filesystem::path& directory, FileJournalOptions options = {});

  // What it says, without the lock and without changing anything. Of a run that goes on, the state of a moment ago:
  // `dropped_bytes` may then be a commit that is being written. Errors as Open, but kBusy.
  static Result<JournalContents> Read(const std::filesystem::path& directory);

  // Whether a process goes on with it at the moment.
  static bool InUse(const std::filesystem::path& directory);

  // As JournalSink. A side file that the batch names has to be one of the header's and to hold its bytes (kInvalid);
  // its writer need not sync it.
  Status Commit(const JournalBatch& batch) override;

  const JournalHeader& header() const { return header_; }
  const JournalState& state() const { return state_; }
  Bytes size() const { return {file_.size()}; }

 private:
  FileJournal(std::filesystem::path directory, FileLock lock, AppendFile file, JournalHeader header, JournalState state,
              FileJournalOptions options);

  Status CheckNames(const JournalBatch& batch) const;
  Status SyncSideFiles(const JournalBatch& batch);
  void CompactIfLarge();
  Status Refuse(Error error);

  const std::filesystem::path directory_;
  const FileLock lock_;
  AppendFile file_;
  const JournalHeader header_;
  JournalState state_;
  const FileJournalOptions options_;
  std::uint64_t look_above_;      // bytes of the file from which on a snapshot is worth comparing
  std::optional<Error> refused_;  // why it takes no commit any more
};

struct OpenedJournal {
  std::unique_ptr<FileJournal> journal;
  std::uint64_t dropped_bytes = 0;  // of commits that were torn or damaged: what they confirmed is done again
};

}  // namespace vams
