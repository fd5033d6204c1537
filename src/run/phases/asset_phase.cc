#include "run/phases/asset_phase.h"

#include <algorithm>
#include <utility>

#include "base/line_throttle.h"
#include "config/limits.h"
#include "engine/asset_flow.h"
#include "run/context/selection.h"
#include "run/phases/asset_executor.h"
#include "run/phases/driver.h"
#include "run/phases/outage.h"
#include "run/state/run_journal.h"

namespace vams {
namespace {

constexpr std::uint64_t kDefaultBatch = 25;
constexpr std::uint64_t kScanPage = 250;
constexpr std::uint32_t kSegments = 16;
constexpr std::uint32_t kLocalSegments = 4;
constexpr std::size_t kMostScans = 16;
constexpr std::size_t kMostHeld = 4000;

struct Seen {
  AssetTotals totals;
  std::uint64_t taken = 0;
  std::uint64_t throttled = 0;
  std::vector<FlowNote> notes;
};

class AssetPhase {
 public:
  AssetPhase(const RunContext& run, HandledItems* handled, HandledItems* only)
      : run_(run), handled_(handled), only_(only) {}

  Result<PhaseReport> Run();

 private:
  Result<AssetFlowSettings> SettingsOf() const;
  Seen Look(AssetFlow& flow) const;
  void Tell(const Seen& seen, bool last);
  void LogBatch(std::uint64_t number, std::uint64_t size);
  PhaseReport Report(const Seen& last, Duration begun) const;
  void Fail(PhaseReport& report, const AssetFlow::Fatal& fatal);
  void LogComplete(const PhaseReport& report);

  const RunContext& run_;
  HandledItems* handled_;
  HandledItems* only_;
  std::uint64_t expected_ = 0;
  std::uint64_t batch_size_ = kDefaultBatch;
  std::uint64_t seen_batch_ = 0;
  LineThrottle batch_lines_{std::chrono::seconds(1)};
};

Result<AssetFlowSettings> AssetPhase::SettingsOf() const {
  const Options& options = run_.options;
  AssetFlowSettings s;
  s.dry_run = options.dry_run;
  s.tells_sent = handled_ != nullptr;
  if (options.limit) s.limit = options.limit->value;
  s.keys_per_touch = options.local ? batch_size_ : 1;
  s.touch.most_rate = EffectiveRate(options, /*for_events=*/false);
  if (s.touch.most_rate) {
    const auto at_once = static_cast<std::size_t>(std::max(1.0, s.touch.most_rate->value / 10));
    s.keys_per_touch = std::min(s.keys_per_touch, at_once);
  }
  if (options.local) {
    s.segments = kLocalSegments;
    s.scan.most_in_flight = s.touch.most_in_flight = 1;
    s.scan.adapts = s.touch.adapts = false;
  } else {
    s.segments = kSegments;
    s.most_in_flight = options.reindex.max_workers.value_or(kMaxRequestsInFlight);
    s.scan = {.most_in_flight = std::min(kMostScans, s.most_in_flight), .first_rate = PerSecond{20}};
    s.touch.most_in_flight = s.most_in_flight;
    s.most_held = kMostHeld;
  }
  if (only_ != nullptr) {
    s.segments = 1;
    s.scan.most_in_flight = 1;
  }
  if (run_.journal == nullptr) return s;
  TRY_ASSIGN(s.begun, run_.journal->Segments(s.segments));
  TRY_ASSIGN(s.totals, run_.journal->Assets());
  return s;
}

Seen AssetPhase::Look(AssetFlow& flow) const {
  if (run_.stop.requested()) flow.Drain();
  return {.totals = flow.totals(), .taken = flow.taken(), .throttled = flow.throttled(), .notes = flow.TakeNotes()};
}

void AssetPhase::LogBatch(std::uint64_t number, std::uint64_t size) {
  const std::uint64_t planned = std::max(number, (expected_ + batch_size_ - 1) / batch_size_);
  run_.log.Info("{} asset batch {}/{} ({} assets)", run_.options.dry_run ? "DRY RUN: Would process" : "Processing",
                number, planned, size);
}

void AssetPhase::Tell(const Seen& seen, bool last) {
  for (const FlowNote& note : seen.notes) LogOutage(run_.log, note);
  // The last one is known to be full only when another begins.
  const std::uint64_t number = last ? (seen.taken + batch_size_ - 1) / batch_size_ : seen.taken / batch_size_;
  for (; seen_batch_ < number; ++seen_batch_) {
    const bool always = seen_batch_ == 0 || (last && seen_batch_ + 1 == number);
    if (always || batch_lines_.Due(run_.clock)) {
      LogBatch(seen_batch_ + 1, std::min(batch_size_, seen.taken - seen_batch_ * batch_size_));
    }
  }
  run_.progress.OnAdvanced(Phase::kAssets, {.done = seen.totals.touched,
                                            .failed = seen.totals.failed,
                                            .skipped = seen.totals.gone + seen.totals.invalid,
                                            .throttled = seen.throttled,
                                            .expected = std::max(expected_, seen.taken)});
}

PhaseReport AssetPhase::Report(const Seen& last, Duration begun) const {
  PhaseReport report;
  report.total = run_.stop.requested() ? last.totals.settled() : last.taken;
  report.succeeded = run_.options.dry_run ? 0 : last.totals.touched;
  report.failed = last.totals.failed;
  report.gone = last.totals.gone;
  report.invalid = last.totals.invalid;
  report.throttled = last.throttled;
  report.ended = run_.clock.Now();
  report.took = run_.clock.Elapsed() - begun;
  return report;
}

// What was touched stays touched: the figures go into the report beside the reason why there are no more.
void AssetPhase::Fail(PhaseReport& report, const AssetFlow::Fatal& fatal) {
  report.ended_early = true;
  report.AddFailure("", "", fatal.error.message);
  run_.findings.Add({IndexKind::kAssets, run_.options.asset_storage_table, FindingKind::kFailed,
                     fatal.reading ? "the asset table could not be read" : "the assets could not all be touched",
                     fatal.error.message});
  run_.log.Error("{}: {}", fatal.reading ? "Scanning the asset table failed" : "The asset phase ended early",
                 fatal.error.message);
  if (!fatal.error.hint.empty()) run_.log.Error("  {}", fatal.error.hint);
}

void AssetPhase::LogComplete(const PhaseReport& report) {
  run_.log.Info("ASSET REINDEXING COMPLETE");
  run_.log.Info("  Total: {}", report.total);
  if (report.total == 0 && expected_ > 0 && !run_.options.selection.everything()) {
    run_.log.Warning("  No asset is in the selection: {}", Describe(run_.options.selection));
  }
  run_.log.Info("  Success: {}", report.succeeded);
  run_.log.Info("  Failed: {}", report.failed);
  if (report.gone > 0) run_.log.Info("  Deleted meanwhile: {}", report.gone);
  if (report.invalid > 0) run_.log.Warning("  Records without databaseId or assetId: {}", report.invalid);
}

Result<PhaseReport> AssetPhase::Run() {
  const Options& options = run_.options;
  const Duration begun = run_.clock.Elapsed();
  const UtcTime started = run_.clock.Now();
  batch_size_ = options.reindex.asset_batch_size ? options.reindex.asset_batch_size->value : kDefaultBatch;

  run_.log.Info("ASSET REINDEXING");
  run_.log.Info("Scanning asset table: {}", options.asset_storage_table);
  TRY_ASSIGN(const ItemCount held, run_.deployment.assets->ApproximateCount());
  expected_ = options.limit ? std::min(held.value, options.limit->value) : held.value;
  run_.log.Info("Found {} assets to reindex", expected_);
  run_.progress.OnPhaseStarted(Phase::kAssets, expected_);

  TRY_ASSIGN(const AssetFlowSettings settings, SettingsOf());
  if (run_.journal != nullptr) TRY(run_.journal->Begun(JournalPhase::kAssets));
  AssetFlow flow(settings, run_.random);
  AssetExecutor executor(run_, FormatPythonIso(run_.journal ? run_.journal->created() : started), ItemCount{kScanPage},
                         settings.segments, handled_, only_);
  Seen last;
  // One commits. What waits for a touch is on the loop.
  const std::size_t threads = options.local ? 2 : settings.scan.most_in_flight + 1;
  std::unique_ptr<TaskLoop> loop;
  if (run_.deployment.make_loop) {
    TRY_ASSIGN(loop, run_.deployment.make_loop());
  }
  Driver driver(flow, run_.clock, loop.get());
  TRY(driver.Run(
      threads, [&](const AssetTask& task) { return executor.Execute(task); }, [&](AssetFlow& f) { return Look(f); },
      [&](Seen seen) {
        Tell(seen, /*last=*/false);
        last = std::move(seen);
      }));
  last.notes.clear();
  Tell(last, /*last=*/true);
  PhaseReport report = Report(last, begun);
  report.started = started;
  report.first_failures = executor.TakeFailures();
  if (flow.fatal()) Fail(report, *flow.fatal());
  run_.progress.OnPhaseFinished(Phase::kAssets, {.done = report.succeeded, .failed = report.failed}, report.took);
  LogComplete(report);
  // Whoever resumes goes on with a phase that was stopped or failed.
  const bool ended = !flow.fatal() && !run_.stop.requested();
  if (run_.journal != nullptr && ended) TRY(run_.journal->End(JournalPhase::kAssets, report, run_.findings));
  return report;
}

}  // namespace

Result<PhaseReport> RunAssetPhase(const RunContext& run, HandledItems* handled, HandledItems* only) {
  return AssetPhase(run, handled, only).Run();
}

}  // namespace vams
