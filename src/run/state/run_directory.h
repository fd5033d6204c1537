#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace vams {

// `<state-dir>/<run id>/`: the findings of one run, and what does not fit memory while it goes on.
class RunDirectory {
 public:
  // Makes the directory, for its owner alone, named by the first second from `now` on that no other run has. The error
  // says what cannot be written and where.
  static Result<RunDirectory> Create(const std::filesystem::path& state_dir, UtcTime now);
  // Where the state of a run is. kNotFound: none is called `id`.
  static Result<std::filesystem::path> Find(const std::filesystem::path& state_dir, const std::string& id);
  // The directory of a run that there is, with an empty scratch(). kNotFound: none is called `id`. Only for whoever
  // holds the run's journal, and for no longer: another process may be at work in it.
  static Result<RunDirectory> Open(const std::filesystem::path& state_dir, const std::string& id);
  ~RunDirectory();
  RunDirectory(RunDirectory&&) noexcept;
  RunDirectory& operator=(RunDirectory&&) = delete;
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::string& id() const { return id_; }
  const std::filesystem::path& path() const { return path_; }
  // Goes with the object; the run directory too where nothing else is in it.
  std::filesystem::path scratch() const { return path_ / "scratch"; }

 private:
  RunDirectory(std::string id, std::filesystem::path path) : id_(std::move(id)), path_(std::move(path)) {}
  Status MakeScratch() const;

  std::string id_;
  std::filesystem::path path_;
};

// Writes `migration_report_YYYYMMDD_HHMMSS.json` of the first second from `now` on that has no report yet: whole or not
// at all, readable by its owner, in the place of nothing. Its path.
Result<std::filesystem::path> WriteNewReport(const std::filesystem::path& report_dir, UtcTime now,
                                             std::string_view text);

// Proves that `directory` exists, making it where needed, and can be written to.
Status EnsureWritable(const std::filesystem::path& directory, std::string_view what_for);

}  // namespace vams
