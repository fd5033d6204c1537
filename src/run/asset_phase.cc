#include "run/asset_phase.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "base/bounded_queue.h"
#include "base/rate_limiter.h"
#include "model/document.h"
#include "run/rates.h"
#include "run/selection.h"
#include "source/asset_scan.h"

namespace vams {
namespace {

constexpr std::uint64_t kDefaultBatch = 25;
constexpr std::size_t kQueuedBatches = 32;
constexpr std::uint64_t kScanPage = 250;
constexpr int kMaxTries = 5;
constexpr Duration kFirstPause = std::chrono::milliseconds(50);

class AssetPhase {
 public:
  AssetPhase(const RunContext& run, HandledItems* handled)
      : run_(run), handled_(handled), timestamp_(FormatPythonIso(run.clock.Now())), queue_(kQueuedBatches) {}

  Result<PhaseReport> Run();

 private:
  using Batch = std::vector<AssetRecord>;

  Status Scan();
  Status Touch(const Batch& batch);
  Status TouchUntilSettled(std::vector<AssetKey> keys);
  Status Settle(const AssetKey& key, const Result<TouchOutcome>& outcome);
  void LogBatch(std::size_t size);
  void LogComplete();
  void ReportProgress();

  const RunContext& run_;
  HandledItems* handled_;
  const std::string timestamp_;
  BoundedQueue<Batch> queue_;
  std::optional<RateLimiter> pace_;
  LineThrottle batch_lines_{std::chrono::seconds(1)};
  PhaseReport report_;
  std::uint64_t expected_ = 0;
  std::uint64_t batch_size_ = kDefaultBatch;
  std::uint64_t batches_ = 0;
};

// Runs on its own thread: reads ahead while the touches of the last batches are under way.
Status AssetPhase::Scan() {
  const AssetScanPlan plan{.page = ItemCount{kScanPage}, .batch = ItemCount{batch_size_}};
  std::uint64_t left = run_.options.limit ? run_.options.limit->value : UINT64_MAX;
  return ScanAssets(*run_.deployment.assets, plan, run_.stop, [&](Batch batch) -> Result<bool> {
    std::erase_if(batch, [&](const AssetRecord& r) { return !Selects(run_.options.selection, r.key); });
    if (batch.size() > left) batch.resize(left);
    left -= batch.size();
    if (!batch.empty() && !queue_.Push(std::move(batch))) return false;
    return left > 0;
  });
}

Status AssetPhase::Settle(const AssetKey& key, const Result<TouchOutcome>& outcome) {
  const std::string id = AssetDocumentId(key.database_id, key.asset_id);
  if (!outcome) {
    report_.AddFailure("assetId", key.asset_id, outcome.error().message);
    run_.findings.Add({IndexKind::kAssets, id, FindingKind::kFailed, std::string(ErrorCodeName(outcome.error().code)),
                       outcome.error().message});
    run_.log.Error("Error updating asset {}: {}", key.asset_id, outcome.error().message);
    return {};
  }
  if (*outcome == TouchOutcome::kGone) {
    ++report_.gone;
    run_.findings.Add({IndexKind::kAssets, id, FindingKind::kGone, "deleted while the run went on", ""});
    return {};
  }
  ++report_.succeeded;
  return handled_ == nullptr ? Status{} : handled_->Add(key);
}

Status AssetPhase::Touch(const Batch& batch) {
  std::vector<AssetKey> keys;
  keys.reserve(batch.size());
  for (const AssetRecord& record : batch) {
    if (record.key.database_id.empty() || record.key.asset_id.empty()) {
      ++report_.invalid;
      run_.findings.Add({IndexKind::kAssets, AssetDocumentId(record.key.database_id, record.key.asset_id),
                         FindingKind::kInvalid, "a record without databaseId or assetId", ""});
      continue;
    }
    keys.push_back(record.key);
  }
  report_.total += keys.size();
  ++batches_;
  LogBatch(keys.size());
  if (keys.empty() || run_.options.dry_run) return {};
  if (pace_) Pause(run_, pace_->Acquire(ItemCount{keys.size()}));
  return TouchUntilSettled(std::move(keys));
}

// Each key until it is touched, gone, refused or out of tries; a touch may be repeated safely, since it sets the same
// value.
Status AssetPhase::TouchUntilSettled(std::vector<AssetKey> keys) {
  Duration pause = kFirstPause;
  for (int tries = 1; !keys.empty(); ++tries) {
    const auto outcomes = run_.deployment.assets->Touch(keys, timestamp_);
    std::vector<AssetKey> again;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Result<TouchOutcome> outcome = outcomes ? (*outcomes)[i] : std::unexpected(outcomes.error());
      const bool retry = !outcome && outcome.error().retryable && tries < kMaxTries && !run_.stop.requested();
      report_.throttled += !outcome && outcome.error().code == ErrorCode::kThrottled;
      if (retry) {
        again.push_back(std::move(keys[i]));
      } else {
        TRY(Settle(keys[i], outcome));
      }
    }
    keys = std::move(again);
    if (keys.empty()) return {};
    Pause(run_, pause);
    pause *= 2;
  }
  return {};
}

void AssetPhase::LogBatch(std::size_t size) {
  const std::uint64_t planned = std::max(batches_, (expected_ + batch_size_ - 1) / batch_size_);
  if (batches_ == 1 || batches_ == planned || batch_lines_.Due(run_.clock)) {
    run_.log.Info("{} asset batch {}/{} ({} assets)", run_.options.dry_run ? "DRY RUN: Would process" : "Processing",
                  batches_, planned, size);
  }
  ReportProgress();
}

void AssetPhase::ReportProgress() {
  run_.progress.OnAdvanced(Phase::kAssets, {.done = run_.options.dry_run ? report_.total : report_.succeeded,
                                            .failed = report_.failed,
                                            .skipped = report_.gone + report_.invalid,
                                            .throttled = report_.throttled,
                                            .expected = std::max(expected_, report_.total)});
}

void AssetPhase::LogComplete() {
  run_.log.Info("ASSET REINDEXING COMPLETE");
  run_.log.Info("  Total: {}", report_.total);
  if (report_.total == 0 && expected_ > 0 && !run_.options.selection.everything()) {
    run_.log.Warning("  No asset is in the selection: {}", Describe(run_.options.selection));
  }
  run_.log.Info("  Success: {}", report_.succeeded);
  run_.log.Info("  Failed: {}", report_.failed);
  if (report_.gone > 0) run_.log.Info("  Deleted meanwhile: {}", report_.gone);
  if (report_.invalid > 0) run_.log.Warning("  Records without databaseId or assetId: {}", report_.invalid);
}

Result<PhaseReport> AssetPhase::Run() {
  const Options& options = run_.options;
  const Duration begun = run_.clock.Elapsed();
  report_.started = run_.clock.Now();
  batch_size_ = options.reindex.asset_batch_size ? options.reindex.asset_batch_size->value : kDefaultBatch;
  if (const auto rate = EffectiveRate(options, /*for_events=*/false))
    pace_.emplace(run_.clock, *rate, ItemCount{batch_size_});

  run_.log.Info("ASSET REINDEXING");
  run_.log.Info("Scanning asset table: {}", options.asset_storage_table);
  TRY_ASSIGN(const ItemCount held, run_.deployment.assets->ApproximateCount());
  expected_ = options.limit ? std::min(held.value, options.limit->value) : held.value;
  run_.log.Info("Found {} assets to reindex", expected_);
  run_.progress.OnPhaseStarted(Phase::kAssets, expected_);

  Status scanned;
  Status touched;
  {
    std::jthread scanner([&] {
      scanned = Scan();
      queue_.Close();
    });
    while (auto batch = queue_.Pop()) {
      touched = Touch(*batch);
      if (!touched || run_.stop.requested()) break;
    }
    queue_.Close();
  }
  ReportProgress();
  report_.ended = run_.clock.Now();
  report_.took = run_.clock.Elapsed() - begun;
  run_.progress.OnPhaseFinished(Phase::kAssets, {.done = report_.succeeded, .failed = report_.failed}, report_.took);
  TRY(touched);
  if (!scanned) {
    // What was touched stays touched: the figures go into the report beside the reason why there are no more.
    report_.AddFailure("", "", scanned.error().message);
    run_.findings.Add({IndexKind::kAssets, options.asset_storage_table, FindingKind::kFailed,
                       "the asset table could not be read", scanned.error().message});
    run_.log.Error("Scanning the asset table failed: {}", scanned.error().message);
  }
  LogComplete();
  return report_;
}

}  // namespace

Result<PhaseReport> RunAssetPhase(const RunContext& run, HandledItems* handled) {
  return AssetPhase(run, handled).Run();
}

}  // namespace vams
