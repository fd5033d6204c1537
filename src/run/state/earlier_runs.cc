#include "run/state/earlier_runs.h"

#include <algorithm>
#include <utility>

#include "journal/file_journal.h"
#include "run/state/journal_names.h"
#include "run/state/phase_state.h"
#include "run/state/run_directory.h"
#include "run/state/side_file.h"

namespace vams {
namespace {

namespace fs = std::filesystem;

std::string StateOf(const JournalState& state, bool running) {
  if (state.ended) return state.ended->outcome;
  std::string at = "before the asset phase";
  static constexpr std::pair<JournalPhase, const char*> kPhases[] = {{JournalPhase::kAssets, "in the asset phase"},
                                                                     {JournalPhase::kFiles, "in the file phase"},
                                                                     {JournalPhase::kWait, "while it waited"},
                                                                     {JournalPhase::kVerify, "in the verification"}};
  for (const auto& [phase, words] : kPhases) {
    const auto reached = state.phases.find(phase);
    if (reached != state.phases.end() && reached->second == PhaseState::kBegun) at = words;
  }
  return running ? "running: " + at : "stopped " + at;
}

Result<RunSummary> SummaryOf(const fs::path& directory, const JournalContents& seen) {
  const JournalState& state = seen.state;
  RunSummary run{.id = directory.filename().string(), .created = seen.header.created};
  run.running = !state.ended && FileJournal::InUse(directory);
  run.state = StateOf(state, run.running);
  if (const std::string* replayed = Counter(state, kReplayOf)) run.replay_of = *replayed;
  run.resumable = !state.ended && !run.running && run.replay_of.empty();
  if (Counter(state, kAssetTotals) != nullptr) {
    TRY_ASSIGN(run.assets, CounterOr(state, kAssetTotals, AssetTotalsFrom));
  }
  if (Counter(state, kFileTotals) != nullptr) {
    TRY_ASSIGN(run.files, CounterOr(state, kFileTotals, FileTotalsFrom));
  }
  return run;
}

Standing StandingOf(const JournalState& state, JournalPhase phase) {
  const auto at = state.phases.find(phase);
  if (at == state.phases.end()) return state.ended ? Standing::kLeftOut : Standing::kNotBegun;
  if (at->second == PhaseState::kEnded) {
    const bool reports = phase == JournalPhase::kAssets || phase == JournalPhase::kFiles;
    return reports && Counter(state, ReportName(phase)) == nullptr ? Standing::kLeftOut : Standing::kEnded;
  }
  // A run has no end of its wait but the next step, or its own.
  const bool over = state.ended || (phase == JournalPhase::kWait && state.phases.contains(JournalPhase::kVerify));
  return over ? Standing::kEnded : Standing::kUnderWay;
}

PhaseReport SoFar(const AssetTotals& totals) {
  return {.succeeded = totals.touched,
          .failed = totals.failed,
          .total = totals.touched + totals.failed + totals.gone,
          .gone = totals.gone,
          .invalid = totals.invalid};
}

PhaseReport SoFar(const FileTotals& totals) {
  return {.succeeded = totals.published,
          .failed = totals.failed,
          .total = totals.published + totals.failed,
          .skipped = totals.skipped,
          .withheld = totals.withheld,
          .objects_scanned = totals.scanned};
}

// nullopt: the run has no such file, or nothing of it counts.
std::optional<std::uint64_t> LengthOf(const JournalState& state, const char* side_file) {
  const auto at = state.side_files.find(side_file);
  return at == state.side_files.end() || at->second == 0 ? std::nullopt : std::optional(at->second);
}

Status ReadFindings(const fs::path& file, std::uint64_t bytes, EarlierRun& run) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error || size < bytes) {
    return std::unexpected(MakeError(ErrorCode::kCorrupt, "{} holds {} bytes, and the journal counts {} of it",
                                     file.string(), error ? 0 : size, bytes)
                               .WithHint("the file was changed or lost: `vams-migrate verify` finds out anew what is "
                                         "wrong in the indexes"));
  }
  FindingSink findings(file);
  TRY(findings.LoadFile(bytes));
  run.findings = findings.count();
  run.findings_file = file.string();
  for (FindingGroup& group : findings.groups()) {
    if (group.kind != FindingKind::kSkipped && group.kind != FindingKind::kGone) run.errors.push_back(std::move(group));
  }
  return {};
}

}  // namespace

Result<std::vector<RunSummary>> ListRuns(const fs::path& state_dir) {
  std::vector<RunSummary> runs;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(state_dir, error)) {
    if (!entry.is_directory()) continue;
    const auto seen = FileJournal::Read(entry.path());
    if (!seen && seen.error().code == ErrorCode::kNotFound) continue;
    Result<RunSummary> run = seen ? SummaryOf(entry.path(), *seen) : std::unexpected(seen.error());
    if (!run) run = RunSummary{.id = entry.path().filename().string(), .state = "unreadable", .error = run.error()};
    runs.push_back(std::move(*run));
  }
  std::ranges::sort(runs, {}, &RunSummary::id);
  return runs;
}

Result<std::string> FindRunId(const fs::path& state_dir, const std::string& word) {
  if (word != "latest") return word;
  std::string newest;  // ids are the times at which the runs began
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(state_dir, error)) {
    if (!entry.is_directory(error) || !fs::exists(entry.path() / "journal", error)) continue;
    newest = std::max(newest, entry.path().filename().string());
  }
  if (!newest.empty()) return newest;
  return std::unexpected(MakeError(ErrorCode::kNotFound, "there is no run in {} yet", state_dir.string())
                             .WithHint("`vams-migrate runs` lists the runs of a state directory (--state-dir)"));
}

Result<EarlierRun> ReadRun(const fs::path& state_dir, const std::string& id) {
  TRY_ASSIGN(const fs::path directory, RunDirectory::Find(state_dir, id));
  TRY_ASSIGN(const JournalContents seen, FileJournal::Read(directory));
  const JournalState& state = seen.state;
  EarlierRun run;
  run.program_version = seen.header.program_version;
  TRY_ASSIGN(run.summary, SummaryOf(directory, seen));
  if (state.ended) run.ended = state.ended->at;
  run.assets = StandingOf(state, JournalPhase::kAssets);
  run.files = StandingOf(state, JournalPhase::kFiles);
  run.wait = StandingOf(state, JournalPhase::kWait);
  run.verify = StandingOf(state, JournalPhase::kVerify);
  run.asset_report = SoFar(run.summary.assets.value_or(AssetTotals{}));
  run.file_report = SoFar(run.summary.files.value_or(FileTotals{}));
  for (const auto& [standing, phase, report] : {std::tuple(run.assets, JournalPhase::kAssets, &run.asset_report),
                                                std::tuple(run.files, JournalPhase::kFiles, &run.file_report)}) {
    if (standing != Standing::kEnded) continue;
    TRY_ASSIGN(*report, PhaseReportFrom(*Counter(state, ReportName(phase))));
  }
  if (const std::string* verification = Counter(state, kVerification)) run.verification = *verification;
  if (const auto bytes = LengthOf(state, kFindingsFile)) TRY(ReadFindings(directory / kFindingsFile, *bytes, run));
  std::uint64_t left = LengthOf(state, kFailedFile).value_or(0);
  TRY(SideFile(directory / kFailedFile).ForEachLine([&](std::string_view line) -> Status {
    if (line.size() >= left) return {};
    left -= line.size() + 1;
    ++run.failed_items;
    return {};
  }));
  return run;
}

}  // namespace vams
