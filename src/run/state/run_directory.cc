#include "run/state/run_directory.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

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
  const fs::path probe = directory / (".vams-migrate-" + std::to_string(getpid()));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(probe.c_str(), "w"), [](std::FILE* f) { return f == nullptr ? 0 : std::fclose(f); });
  if (!file || std::fputc('\n', file.get()) == EOF || std::fflush(file.get()) != 0) {
    const int code = errno;
    fs::remove(probe, error);
    return CannotWrite(directory, what_for, code);
  }
  fs::remove(probe, error);
  return {};
}

Result<RunDirectory> RunDirectory::Create(const fs::path& state_dir, UtcTime now) {
  TRY(EnsureWritable(state_dir, "the state of the run"));
  for (int later = 0; later < kMostRunsAhead; ++later) {
    std::string id = FormatCompact(now + std::chrono::seconds(later));
    std::error_code error;
    const fs::path path = state_dir / id;
    if (!fs::create_directory(path, error)) {
      if (error) return CannotWrite(path, "the state of the run", error.value());
      continue;  // taken by a run of that second
    }
    RunDirectory directory(std::move(id), path);
    fs::create_directory(directory.scratch(), error);
    if (error) return CannotWrite(directory.scratch(), "the state of the run", error.value());
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
  fs::remove_all(directory.scratch(), error);
  fs::create_directory(directory.scratch(), error);
  if (error) return CannotWrite(directory.scratch(), "the state of the run", error.value());
  return directory;
}

fs::path NewReportPath(const fs::path& report_dir, UtcTime now) {
  for (int later = 0;; ++later) {
    fs::path path = report_dir / ("migration_report_" + FormatCompact(now + std::chrono::seconds(later)) + ".json");
    if (later == kMostRunsAhead || !fs::exists(path)) return path;
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
