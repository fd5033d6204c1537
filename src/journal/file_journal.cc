#include "journal/file_journal.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"

namespace vams {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSnapshotsAtMost = 4;  // size of the file, in snapshots, that is left alone

fs::path JournalIn(const fs::path& directory) { return directory / "journal"; }
fs::path NewJournalIn(const fs::path& directory) { return directory / "journal.new"; }
fs::path LockFileIn(const fs::path& directory) { return directory / "journal.lock"; }
Result<FileLock> LockIn(const fs::path& directory) { return FileLock::Acquire(LockFileIn(directory)); }

Error NoJournal(const fs::path& directory) {
  return MakeError(ErrorCode::kNotFound, "there is no journal in {}", directory.string())
      .WithHint("a run that ended before its first step leaves none: begin a new run");
}

// Error: `journal` is what it was, or (where the directory could not be synced) either, of which `moved` tells.
Result<AppendFile> Replace(const fs::path& directory, std::string_view frames, const FileJournalOptions& options,
                           bool& moved) {
  const fs::path path = NewJournalIn(directory);
  moved = false;
  const auto written = [&]() -> Result<AppendFile> {
    TRY_ASSIGN(AppendFile file, AppendFile::Make(path, options.sync));
    TRY(file.Append(frames));
    TRY(file.MoveTo(JournalIn(directory)));
    return file;
  };
  auto file = written();
  if (!file) {
    std::error_code ignored;
    fs::remove(path, ignored);
    return file;
  }
  moved = true;
  TRY(options.sync_directory(directory));
  return file;
}

Result<JournalContents> ReadFrom(const AppendFile& file, const fs::path& directory) {
  const ReadAt read = [&file](std::uint64_t offset, std::size_t bytes, std::string& into) {
    return file.Read(offset, bytes, into);
  };
  auto contents = ReadJournal(read, file.size());
  if (!contents) return std::unexpected(std::move(contents).error().In(directory.string()));
  return contents;
}

Result<AppendFile> NamedHint(Result<AppendFile> file, const fs::path& directory) {
  if (!file && file.error().code == ErrorCode::kNotFound) return std::unexpected(NoJournal(directory));
  return file;
}

// Leaves of a side file what counts.
Status CutSideFile(const fs::path& path, std::uint64_t bytes) {
  auto file = AppendFile::Open(path, fdatasync);
  if (!file && file.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(file).error());
  const std::uint64_t size = file ? file->size() : 0;
  if (size < bytes) {
    return std::unexpected(
        MakeError(ErrorCode::kCorrupt, "{} holds {} bytes, and the journal counts {} of it", path.string(), size, bytes)
            .WithHint("the file was changed or lost; this run cannot be resumed: begin a new run"));
  }
  return size > bytes ? file->Cut(bytes) : Status{};
}

Status CutSideFiles(const fs::path& directory, const JournalHeader& header, const JournalState& state) {
  std::map<std::string, std::uint64_t, std::less<>> counting = state.side_files;
  // Written to, perhaps, before the first commit that named it.
  for (const std::string& name : header.side_files) counting.try_emplace(name, 0);
  for (const auto& [name, bytes] : counting) TRY(CutSideFile(directory / name, bytes));
  return {};
}

}  // namespace

FileJournal::FileJournal(fs::path directory, FileLock lock, AppendFile file, JournalHeader header, JournalState state,
                         FileJournalOptions options)
    : directory_(std::move(directory)),
      lock_(std::move(lock)),
      file_(std::move(file)),
      header_(std::move(header)),
      state_(std::move(state)),
      options_(std::move(options)),
      look_above_(options_.compact_above.value) {}

Result<std::unique_ptr<FileJournal>> FileJournal::Create(const fs::path& directory, JournalHeader header,
                                                         FileJournalOptions options) {
  for (const std::string& name : header.side_files) {
    if (!IsSideFileName(name)) return Fail(ErrorCode::kInvalid, "\"{}\" names no side file", Printable(name));
  }
  TRY_ASSIGN(FileLock lock, LockIn(directory));
  std::error_code error;
  if (fs::exists(fs::symlink_status(JournalIn(directory), error))) {
    return std::unexpected(MakeError(ErrorCode::kConflict, "{} holds a run already", directory.string())
                               .WithHint("resume that run, or begin one in another directory"));
  }
  bool moved = false;
  TRY_ASSIGN(AppendFile file, Replace(directory, EncodeHeader(header), options, moved));
  TRY(options.sync_directory(fs::absolute(directory).lexically_normal().parent_path()));
  return std::unique_ptr<FileJournal>(
      new FileJournal(directory, std::move(lock), std::move(file), std::move(header), {}, std::move(options)));
}

Result<OpenedJournal> FileJournal::Open(const fs::path& directory, FileJournalOptions options) {
  std::error_code error;
  // Before a lock is made in a directory that has nothing to do with runs.
  if (!fs::exists(JournalIn(directory), error)) return std::unexpected(NoJournal(directory));
  TRY_ASSIGN(FileLock lock, LockIn(directory));
  TRY_ASSIGN(AppendFile file, NamedHint(AppendFile::Open(JournalIn(directory), options.sync), directory));
  TRY_ASSIGN(JournalContents contents, ReadFrom(file, directory));
  // The journal first: were side files cut to what a damaged journal says, and the damage gone at the next look, they
  // would lack bytes that count.
  if (contents.dropped_bytes > 0) TRY(file.Cut(contents.good_bytes));
  fs::remove(NewJournalIn(directory), error);
  TRY(CutSideFiles(directory, contents.header, contents.state));
  OpenedJournal opened{.journal = nullptr, .dropped_bytes = contents.dropped_bytes};
  opened.journal.reset(new FileJournal(directory, std::move(lock), std::move(file), std::move(contents.header),
                                       std::move(contents.state), std::move(options)));
  return opened;
}

bool FileJournal::InUse(const fs::path& directory) { return FileLock::IsHeld(LockFileIn(directory)); }

Result<JournalContents> FileJournal::Read(const fs::path& directory) {
  TRY_ASSIGN(const AppendFile file, NamedHint(AppendFile::OpenToRead(JournalIn(directory)), directory));
  return ReadFrom(file, directory);
}

Status FileJournal::Refuse(Error error) {
  refused_ = error;
  return std::unexpected(std::move(error));
}

Status FileJournal::CheckNames(const JournalBatch& batch) const {
  TRY(CheckBatch(batch));
  for (const SideFileLength& side : batch.side_files) {
    if (std::ranges::find(header_.side_files, side.name) == header_.side_files.end()) {
      return Fail(ErrorCode::kInvalid, "the journal was begun without a side file named {}", Printable(side.name));
    }
  }
  return {};
}

Status FileJournal::SyncSideFiles(const JournalBatch& batch) {
  bool named_before = true;
  for (const SideFileLength& side : batch.side_files) {
    named_before = named_before && state_.side_files.contains(side.name);
    const fs::path path = directory_ / side.name;
    auto file = AppendFile::Open(path, options_.sync);
    if (!file && file.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(file).error());
    const std::uint64_t size = file ? file->size() : 0;
    if (size < side.bytes) {
      return Fail(ErrorCode::kInvalid, "{} holds {} bytes, {} of which should count", path.string(), size, side.bytes);
    }
    if (!file) continue;
    if (Status synced = file->Sync(); !synced) return Refuse(std::move(synced).error());
  }
  if (named_before) return {};
  Status synced = options_.sync_directory(directory_);  // else its name is not on the disk yet
  return synced ? synced : Refuse(std::move(synced).error());
}

Status FileJournal::Commit(const JournalBatch& batch) {
  if (refused_) return std::unexpected(*refused_);
  TRY(CheckNames(batch));
  TRY_ASSIGN(const std::string frame, EncodeBatch(batch));
  TRY(SyncSideFiles(batch));
  if (Status appended = file_.Append(frame); !appended) {
    return file_.trusted() ? appended : Refuse(std::move(appended).error());
  }
  state_.Apply(batch);
  CompactIfLarge();
  return {};
}

// The batch before it is in the journal that is there: a failure is none of the commit's.
void FileJournal::CompactIfLarge() {
  if (file_.size() <= look_above_) return;
  look_above_ = 2 * file_.size();  // where it fails, the next try is worth waiting for
  auto snapshot = EncodeBatch(state_.Snapshot());
  if (!snapshot) return;
  const std::string frames = EncodeHeader(header_) + *std::move(snapshot);
  const std::uint64_t worth = std::max(options_.compact_above.value, kSnapshotsAtMost * frames.size());
  if (file_.size() > worth) {
    bool moved = false;
    auto file = Replace(directory_, frames, options_, moved);
    // A directory that was not synced may come back with the old file, which later commits would not reach.
    if (!file && moved) refused_ = file.error();
    if (!file) return;
    file_ = *std::move(file);
  }
  look_above_ = worth;
}

}  // namespace vams
