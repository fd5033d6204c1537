#include "run/state/run_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/durable_file.h"
#include "base/private_file.h"

namespace vams {
namespace {

namespace fs = std::filesystem;

constexpr int kMostRunsAhead = 1000;

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOSPC: return ErrorCode::kNoSpace;
    case EROFS: return ErrorCode::kReadOnly;
    case EACCES:
    case EPERM: return ErrorCode::kAccessDenied;
    default: return ErrorCode::kIo;
  }
}

std::unexpected<Error> CannotWrite(const fs::path& path, std::string_view what_for, int error) {
  return std::unexpected(
      MakeError(CodeOf(error), "cannot write {} to {}: {}", what_for, path.string(), std::strerror(error))
          .WithHint("choose a writable place with --report-dir and --state-dir"));
}

}  // namespace

Status EnsureWritable(const fs::path& directory, std::string_view what_for) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return CannotWrite(directory, what_for, error.value());
  // A name of its own: one that others could foresee might be a link to a file that matters.
  std::string probe = (directory / ".vams-migrate-XXXXXX").string();
  const int fd = mkostemp(probe.data(), O_CLOEXEC);
  if (fd < 0) return CannotWrite(directory, what_for, errno);
  const int code = write(fd, "\n", 1) == 1 ? 0 : errno;
  close(fd);
  unlink(probe.c_str());
  return code == 0 ? Status{} : CannotWrite(directory, what_for, code);
}

Result<RunDirectory> RunDirectory::Create(const fs::path& state_dir, UtcTime now) {
  TRY(EnsureWritable(state_dir, "the state of the run"));
  for (int later = 0; later < kMostRunsAhead; ++later) {
    std::string id = FormatCompact(now + std::chrono::seconds(later));
    const fs::path path = state_dir / id;
    const int error = MakePrivateDirectory(path);
    if (error == EEXIST) continue;  // taken by a run of that second
    if (error != 0) return CannotWrite(path, "the state of the run", error);
    RunDirectory directory(std::move(id), path);
    TRY(directory.MakeScratch());
    return directory;
  }
  return Fail(ErrorCode::kIo, "{} holds too many runs of this second", state_dir.string());
}

Result<fs::path> RunDirectory::Find(const fs::path& state_dir, const std::string& id) {
  std::error_code error;
  fs::path path = state_dir / id;
  const bool plain = !id.empty() && id.find('/') == std::string::npos && id != "." && id != "..";
  if (!plain || !fs::is_directory(path, error)) {
    return std::unexpected(MakeError(ErrorCode::kNotFound, "there is no run {} in {}", id, state_dir.string())
                               .WithHint("`vams-migrate runs` lists the runs of a state directory (--state-dir)"));
  }
  return path;
}

Result<RunDirectory> RunDirectory::Open(const fs::path& state_dir, const std::string& id) {
  TRY_ASSIGN(const fs::path path, Find(state_dir, id));
  std::error_code error;
  RunDirectory directory(id, path);
  fs::permissions(path, fs::perms::owner_all, error);  // of an earlier version; of another owner: as it is
  fs::remove_all(directory.scratch(), error);
  TRY(directory.MakeScratch());
  return directory;
}

Status RunDirectory::MakeScratch() const {
  const int error = MakePrivateDirectory(scratch());
  return error == 0 ? Status{} : CannotWrite(scratch(), "the state of the run", error);
}

Result<fs::path> WriteNewReport(const fs::path& report_dir, UtcTime now, std::string_view text) {
  for (int later = 0;; ++later) {
    fs::path path = report_dir / ("migration_report_" + FormatCompact(now + std::chrono::seconds(later)) + ".json");
    const Status written = CreateDurably(path, text);
    if (written) return path;
    if (written.error().code != ErrorCode::kConflict || later == kMostRunsAhead) {
      return std::unexpected(Error(written.error()).In("the report could not be written"));
    }
  }
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept : id_(std::move(other.id_)), path_(std::move(other.path_)) {
  other.path_.clear();
}

RunDirectory::~RunDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(scratch(), ignored);
  fs::remove(path_, ignored);  // only where it is empty
}

}  // namespace vams
