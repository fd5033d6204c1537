#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/options.h"
#include "engine/asset_flow.h"
#include "engine/file_tasks.h"
#include "journal/file_journal.h"
#include "report/findings.h"
#include "report/migration_report.h"
#include "run/state/failed_items.h"
#include "run/state/handled_items.h"
#include "run/state/journal_names.h"
#include "run/state/side_file.h"
#include "source/object_scan.h"

namespace vams {

// What one run remembers beside its findings: what is confirmed, where each phase stands, the items that failed. One
// caller at a time. Each Status: what could not be made durable, and that nothing of it counts.
class RunJournal {
 public:
  // A new run in `directory`, which is called `run_id`. `replay_of`: the run whose failed items it tries again; "":
  // none, and only such a run can be resumed.
  struct NewRun {
    std::string id;
    std::string program_version;
    std::string replay_of;
    UtcTime now;
  };
  static Result<std::unique_ptr<RunJournal>> Begin(const std::filesystem::path& directory, const NewRun& run,
                                                   const Options& options);
  // Goes on with the run in `directory`. kNotFound: no journal; kPrecondition: it has ended, or its configuration was
  // another one, whose differing keys the message names; as FileJournal::Open otherwise.
  static Result<std::unique_ptr<RunJournal>> Resume(const std::filesystem::path& directory, const Options& options);

  UtcTime created() const { return journal_->header().created; }
  const std::string& run_id() const { return journal_->header().run_id; }
  std::uint64_t dropped_bytes() const { return dropped_bytes_; }

  // Also where the run leaves the phase out.
  bool Ended(JournalPhase phase) const;
  // Of a phase that has ended; nullopt: it was left out.
  Result<std::optional<PhaseReport>> ReportOf(JournalPhase phase) const;
  Status Begun(JournalPhase phase);
  // With what `findings` has taken so far.
  Status End(JournalPhase phase, const PhaseReport& report, FindingSink& findings);
  // With all that `findings` has taken. `verification`: nullopt where there was none.
  Status EndRun(UtcTime now, std::string outcome, const std::optional<VerificationReport>& verification,
                FindingSink& findings);

  // What earlier parts confirmed.
  Result<std::vector<SegmentProgress>> Segments(std::uint32_t total) const;
  Result<AssetTotals> Assets() const;
  Result<FileTotals> Files() const;
  // What of `location` is not confirmed.
  std::vector<KeyInterval> Gaps(const ObjectLocation& location) const;
  // The items that earlier parts sent, where a limit makes the verification ask for them.
  Status LoadHandled(HandledItems& handled) const;

  // Makes it durable, with what `findings` has taken so far.
  Status Commit(const AssetProgress& progress, std::uint32_t segments, FindingSink& findings);
  Status Commit(const FileProgress& progress, const std::vector<ObjectLocation>& locations, FindingSink& findings);

 private:
  RunJournal(std::filesystem::path directory, std::unique_ptr<FileJournal> journal, std::uint64_t dropped_bytes);
  Status CommitWith(JournalBatch batch, FindingSink& findings);

  std::unique_ptr<FileJournal> journal_;
  const std::uint64_t dropped_bytes_;
  SideFile failed_;
  SideFile handled_;
};

// Adds the items that failed in run `id` to `items` and ends the adding; tells how many. kNotFound: no such run;
// kPrecondition: none failed.
Result<std::uint64_t> LoadFailedItems(const std::filesystem::path& state_dir, const std::string& id,
                                      HandledItems& items);

}  // namespace vams
