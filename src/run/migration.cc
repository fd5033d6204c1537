#include "run/migration.h"

#include <malloc.h>
#include <sys/resource.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/durable_file.h"
#include "base/printable_json.h"
#include "config/options_json.h"
#include "run/indexing/indexing_wait.h"
#include "run/indexing/local_indexers.h"
#include "run/phases/asset_phase.h"
#include "run/phases/file_phase.h"
#include "run/preflight/preflight.h"
#include "run/state/handled_items.h"
#include "run/state/run_directory.h"
#include "run/state/run_journal.h"
#include "run/verification/verification.h"

namespace vams {
namespace {

namespace fs = std::filesystem;

// Without verification nothing bounds the wait for the in-process indexers but their own end.
constexpr Duration kUnboundedWait = std::chrono::hours(24 * 365);

// What a phase has given back the allocator would keep, and the next phase would add its own to it: the peak of a run
// would be the sum of its phases (bench/memory.py).
void ReturnFreeMemory() { malloc_trim(0); }

std::uint64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

bool Wants(const Options& options, Operation operation) {
  return options.operation == Operation::kBoth || options.operation == operation;
}

class Migration {
 public:
  // `only`: what is to be handled, and nothing else; null: everything.
  Migration(const RunContext& run, const RunDirectory& directory, HandledItems* only)
      : run_(run), only_(only), handled_(directory.scratch()), directory_(directory) {
    report_.run_id = directory.id();
    report_.started = run.journal ? run.journal->created() : run.clock.Now();
    report_.dry_run = run.options.dry_run;
    report_.configuration = ToJson(run.options).dump();
  }

  // `targets` is null where no files are asked for.
  Status Phases(const FileTargets* targets);
  MigrationReport Finish();

 private:
  // With a limit only what was handled can be judged.
  HandledItems* handled() {
    return (run_.options.limit || only_ != nullptr) && !run_.options.dry_run ? &handled_ : nullptr;
  }
  Result<bool> Before(JournalPhase phase, std::optional<PhaseReport>& report);
  Status WaitAndVerify(const LocalIndexers* indexers);
  Status EndEarly() const;
  std::optional<IndexedAtLeast> Sent() const;
  Result<VerificationReport> VerifyInto(FindingSink& findings);

  const RunContext& run_;
  HandledItems* only_;
  HandledItems handled_;
  const RunDirectory& directory_;
  std::vector<std::string> topics_;  // that events are published to
  MigrationReport report_;
};

// True: an earlier part of the run has done with the phase, or the run leaves it out.
Result<bool> Migration::Before(JournalPhase phase, std::optional<PhaseReport>& report) {
  if (run_.journal == nullptr || !run_.journal->Ended(phase)) return false;
  TRY_ASSIGN(report, run_.journal->ReportOf(phase));
  if (report) run_.log.Info("The {} were all handled before", phase == JournalPhase::kAssets ? "assets" : "files");
  return true;
}

Status Migration::Phases(const FileTargets* targets) {
  std::optional<LocalIndexers> indexers;
  if (run_.deployment.runs_indexers && !run_.options.dry_run) indexers.emplace(run_);
  if (run_.journal != nullptr && handled() != nullptr) TRY(run_.journal->LoadHandled(handled_));
  if (Wants(run_.options, Operation::kAssets)) {
    TRY_ASSIGN(const bool before, Before(JournalPhase::kAssets, report_.assets));
    if (!before) {
      TRY_ASSIGN(report_.assets, RunAssetPhase(run_, handled(), only_));
    }
    ReturnFreeMemory();
    if (report_.assets && report_.assets->ended_early) return EndEarly();
  }
  if (targets != nullptr && !run_.stop.requested()) {
    topics_ = TopicsOf(*targets);
    TRY_ASSIGN(const bool before, Before(JournalPhase::kFiles, report_.files));
    if (!before) {
      TRY_ASSIGN(report_.files, RunFilePhase(run_, *targets, handled(), indexers ? &*indexers : nullptr, only_));
    }
    ReturnFreeMemory();
    if (report_.files && report_.files->ended_early) return EndEarly();
  }
  if (run_.options.dry_run || run_.stop.requested()) return {};
  return WaitAndVerify(indexers ? &*indexers : nullptr);
}

// What is permanent is so for the rest of the run, too: whoever has mended it resumes.
Status Migration::EndEarly() const {
  run_.log.Error("The run ends here, without a verification");
  return {};
}

// With a failed or a withheld item verification finds differences, however long the wait.
std::optional<IndexedAtLeast> Migration::Sent() const {
  IndexedAtLeast sent;
  for (const auto& [phase, count] :
       {std::pair(&report_.assets, &sent.assets), std::pair(&report_.files, &sent.files)}) {
    if (!*phase) continue;
    if ((*phase)->failed + (*phase)->withheld_count() > 0) return std::nullopt;
    *count = (*phase)->succeeded;
  }
  return sent;
}

Result<VerificationReport> Migration::VerifyInto(FindingSink& findings) {
  const RunContext run{run_.options,  run_.deployment, run_.clock, run_.log,
                       run_.progress, run_.stop,       findings,   run_.random};
  if (handled() != nullptr) TRY(handled_.Rewind());
  return Verify(run, {.scratch = directory_.scratch(), .handled = handled(), .repair = nullptr});
}

// A wait that ended because the counts are right proves nothing: the documents may be those of before. So what a
// verification then finds is no finding yet; the wait goes on, by the movement of queues and indexes alone, and the
// verification after it counts.
Status Migration::WaitAndVerify(const LocalIndexers* indexers) {
  const bool verify = !run_.options.skip_verification;
  if (!verify && indexers == nullptr) return {};
  if (run_.journal != nullptr) TRY(run_.journal->Begun(JournalPhase::kWait));
  const Duration begun = run_.clock.Elapsed();
  const Duration at_most = verify ? Duration(run_.options.verification_wait_time) : kUnboundedWait;
  run_.log.Info("Waiting for indexing to complete (at most {} s)", run_.options.verification_wait_time.count());
  if (handled() != nullptr) TRY(handled_.Finish());
  std::optional<IndexedAtLeast> enough = verify && at_most > Duration{0} ? Sent() : std::nullopt;
  for (bool first = true;; first = false) {
    const Duration left = std::max(Duration{0}, at_most - (run_.clock.Elapsed() - begun));
    const Duration wait_begun = run_.clock.Elapsed();
    TRY_ASSIGN(const WaitEnd end, WaitForIndexing(run_, indexers, topics_, left, enough));
    report_.waited += run_.clock.Elapsed() - wait_begun;
    if (end == WaitEnd::kLeft && !run_.stop.requested()) {
      run_.log.Warning("Indexing has not caught up yet; verifying what is there");
    }
    if (!verify || run_.stop.requested()) return {};
    if (first) {
      run_.log.Info("VERIFICATION");
      if (run_.journal != nullptr) TRY(run_.journal->Begun(JournalPhase::kVerify));
    }
    FindingSink not_yet{{}};
    const bool counts = end != WaitEnd::kCounted;
    auto verified = VerifyInto(counts ? run_.findings : not_yet);
    if (!verified && run_.stop.requested()) return {};
    TRY(verified);
    if (counts || (verified->overall_success && not_yet.count() == 0)) {
      report_.verification = std::move(*verified);
      return {};
    }
    run_.log.Info("Documents are missing or not renewed yet: waiting on, then verifying again");
    enough.reset();
  }
}

MigrationReport Migration::Finish() {
  report_.interrupted = run_.stop.requested();
  report_.completed = run_.clock.Now();
  report_.peak_memory_bytes = PeakMemoryBytes();
  for (FindingGroup& group : run_.findings.groups()) {
    if (group.kind != FindingKind::kSkipped && group.kind != FindingKind::kGone)
      report_.errors.push_back(std::move(group));
  }
  if (run_.findings.has_file()) report_.findings_file = run_.findings.path().string();
  return std::move(report_);
}

std::string TextOf(const MigrationReport& report) {
  return PrintableJson(ToJson(report).dump(4, ' ', false, nlohmann::ordered_json::error_handler_t::replace)) + "\n";
}

void LogIndex(Log& log, std::string_view title, const IndexReport& index) {
  log.Info("{}: {}", title, index.name);
  log.Info("  Expected: {}", index.expected);
  log.Info("  Actual: {}", index.actual);
  log.Info("  Success rate: {:.1f}%", index.success_rate());
  if (index.missing > 0) log.Error("  Missing: {}", index.missing);
  if (index.stale > 0) log.Error("  Stale: {}", index.stale);
  if (index.unexpected > 0) log.Error("  Unexpected: {}", index.unexpected);
  if (index.failed > 0) log.Error("  Buckets and objects that cannot be read: {}", index.failed);
}

void LogVerification(Log& log, const VerificationReport& report) {
  LogIndex(log, "Asset index", report.asset_index);
  LogIndex(log, "File index", report.file_index);
  log.Info("Overall success: {}", report.overall_success ? "YES" : "NO");
}

Outcome OutcomeOf(const MigrationReport& report) {
  if (report.interrupted) return Outcome::kInterrupted;
  const auto failed = [](const std::optional<PhaseReport>& phase) { return phase && phase->failed > 0; };
  if (failed(report.assets) || failed(report.files)) return Outcome::kFindings;
  return !report.verification || report.verification->overall_success ? Outcome::kSuccess : Outcome::kFindings;
}

void TellResumed(Log& log, const RunJournal& journal) {
  log.Info("Going on with run {}, begun {}", journal.run_id(), FormatIsoSeconds(journal.created()));
  if (journal.dropped_bytes() > 0) {
    log.Warning("The last {} bytes of its journal are torn or damaged: what they confirmed is done again",
                journal.dropped_bytes());
  }
}

// Both phases have been gone through to their ends: there is nothing to resume.
bool Whole(const RunJournal& journal) {
  return journal.Ended(JournalPhase::kAssets) && journal.Ended(JournalPhase::kFiles);
}

void TellHowToGoOn(Log& log, const MigrationRequest& request, const std::string& run_id) {
  if (!request.replay) {
    log.Info("To go on: vams-migrate resume {}, with the same configuration and flags", run_id);
  } else {
    log.Info("To try again: vams-migrate replay {}", *request.replay);
  }
}

}  // namespace

Result<MigrationResult> RunMigration(const Options& options, Deployment& deployment, Clock& clock, Log& log,
                                     Progress& progress, const StopFlag& stop, const MigrationRequest& request,
                                     Random01 random) {
  if (request.report_file == ReportFile::kWrite) TRY(EnsureWritable(options.report_dir, "the report"));
  TRY_ASSIGN(const auto lock, LockForWriting(options));
  TRY(CheckTables(options, deployment, /*documents=*/!options.skip_verification && !options.dry_run));
  TRY(CheckIndexes(deployment));
  // The journal, and with it its lock, before anything of the run is touched, and until everything is done with: the
  // run may be another process's, which has its scratch files there.
  std::unique_ptr<RunJournal> journal;
  if (request.resume) {
    TRY_ASSIGN(const fs::path of_run, RunDirectory::Find(options.state_dir, *request.resume));
    TRY_ASSIGN(journal, RunJournal::Resume(of_run, options));
  }
  TRY_ASSIGN(const RunDirectory directory, request.resume ? RunDirectory::Open(options.state_dir, *request.resume)
                                                          : RunDirectory::Create(options.state_dir, clock.Now()));
  if (!CanSyncDirectory(options.state_dir)) {
    log.Warning(
        "The file system of {} cannot sync a directory: after a power failure the newest files of the run may be "
        "missing. A local disk is safer (--state-dir)",
        options.state_dir.string());
  }
  FindingSink findings(directory.path() / kFindingsFile);
  if (journal) {
    TRY(findings.LoadFile());
    TellResumed(log, *journal);
  }
  std::optional<HandledItems> only;
  if (request.replay) {
    only.emplace(directory.scratch() / "replay");
    TRY_ASSIGN(const std::uint64_t items, LoadFailedItems(options.state_dir, *request.replay, *only));
    log.Info("Trying again the {} failed items of run {}", items, *request.replay);
  }
  RunContext run{options, deployment, clock, log, progress, stop, findings, std::move(random), journal.get()};
  if (options.dry_run) log.Info("DRY RUN: nothing will be changed");
  std::optional<FileTargets> targets;
  if (Wants(options, Operation::kFiles)) {
    TRY_ASSIGN(targets, PlanFileTargets(run));
  }
  // Only now is it a run: what is refused up to here leaves nothing to resume.
  if (!journal && !options.dry_run) {
    TRY_ASSIGN(journal, RunJournal::Begin(directory.path(),
                                          {.id = directory.id(),
                                           .program_version = request.program_version,
                                           .replay_of = request.replay.value_or(""),
                                           .now = clock.Now()},
                                          options));
    run.journal = journal.get();
  }
  Migration migration(run, directory, only ? &*only : nullptr);
  const Status phases = migration.Phases(targets ? &*targets : nullptr);
  const Status flushed = findings.Flush();
  MigrationResult result;
  result.report = migration.Finish();
  if (result.report.verification) LogVerification(log, *result.report.verification);
  if (request.report_file == ReportFile::kWrite) {
    TRY_ASSIGN(result.report_file, WriteNewReport(options.report_dir, result.report.started, TextOf(result.report)));
    log.Info("Report saved to: {}", result.report_file.string());
  }
  if (journal && (!phases || result.report.interrupted || !Whole(*journal))) {
    if (result.report.interrupted && stop.overdue()) log.Warning("The time of --deadline is over: the run stops here");
    TellHowToGoOn(log, request, directory.id());
  }
  TRY(phases);
  TRY(flushed);
  result.outcome = OutcomeOf(result.report);
  if (journal && result.outcome != Outcome::kInterrupted && Whole(*journal)) {
    TRY(journal->EndRun(clock.Now(), result.outcome == Outcome::kSuccess ? "success" : "findings",
                        result.report.verification, findings));
  }
  return result;
}

Result<VerificationResult> RunVerification(const Options& options, Deployment& deployment, Clock& clock, Log& log,
                                           Progress& progress, const StopFlag& stop) {
  std::optional<FileLock> lock;
  if (options.repair) {
    TRY_ASSIGN(lock, LockForWriting(options));
    TRY(CheckTables(options, deployment, /*documents=*/true));
    TRY(CheckIndexes(deployment));
  }
  TRY_ASSIGN(const RunDirectory directory, RunDirectory::Create(options.state_dir, clock.Now()));
  VerificationResult result;
  std::optional<RepairPlan> plan;
  FileTargets targets;
  {
    FindingSink before(options.repair ? directory.path() / "findings-before-repair.ndjson"
                                      : directory.path() / "findings.ndjson");
    const RunContext run{options, deployment, clock, log, progress, stop, before};
    if (options.repair) {
      plan.emplace(directory.scratch());
      TRY_ASSIGN(targets, PlanFileTargets(run));
    }
    if (const auto backlog = ReadBacklog(deployment); backlog && backlog->total() > 0 && !options.repair) {
      log.Warning("{} changes and {} events still wait to be indexed", backlog->changes, backlog->events);
    }
    auto verified =
        Verify(run, {.scratch = directory.scratch(), .handled = nullptr, .repair = plan ? &*plan : nullptr});
    if (!verified && stop.requested()) {
      result.outcome = Outcome::kInterrupted;
      return result;
    }
    TRY(verified);
    result.report = std::move(*verified);
    if (!options.repair || before.count() == 0) {
      TRY(before.Flush());
      result.findings = before.kept();
      result.groups = before.groups();
      result.finding_count = before.count();
      if (before.has_file()) result.findings_file = before.path().string();
      result.outcome = result.report.overall_success ? Outcome::kSuccess : Outcome::kFindings;
      return result;
    }
    TRY(before.Flush());
  }

  FindingSink after(directory.path() / "findings.ndjson");
  const RunContext run{options, deployment, clock, log, progress, stop, after};
  {
    std::optional<LocalIndexers> indexers;
    if (deployment.runs_indexers) indexers.emplace(run);
    TRY_ASSIGN(result.repaired, Repair(run, targets, *plan));
    // What is indexed directly or removed is so at once.
    if (result.repaired->assets + result.repaired->files > 0) {
      TRY(WaitForIndexing(run, indexers ? &*indexers : nullptr, TopicsOf(targets), options.verification_wait_time));
    }
  }
  auto verified = Verify(run, {.scratch = directory.scratch(), .handled = nullptr, .repair = nullptr});
  if (!verified && stop.requested()) {
    result.outcome = Outcome::kInterrupted;
    return result;
  }
  TRY(verified);
  TRY(after.Flush());
  result.report = std::move(*verified);
  result.findings = after.kept();
  result.groups = after.groups();
  result.finding_count = after.count();
  if (after.has_file()) result.findings_file = after.path().string();
  const bool clean = result.report.overall_success && result.repaired->failed == 0;
  result.outcome = stop.requested() ? Outcome::kInterrupted : clean ? Outcome::kSuccess : Outcome::kFindings;
  return result;
}

Result<bool> RunPendingIndexing(const Options& options, Deployment& deployment, Clock& clock, Log& log,
                                Progress& progress, const StopFlag& stop) {
  TRY_ASSIGN(const auto lock, LockForWriting(options));
  FindingSink none{{}};
  const RunContext run{options, deployment, clock, log, progress, stop, none};
  const LocalIndexers indexers(run);
  TRY_ASSIGN(const WaitEnd end, WaitForIndexing(run, &indexers, {}, kUnboundedWait));
  return end == WaitEnd::kNothingLeft;
}

}  // namespace vams
