#include "run/phases/rollback.h"

#include <algorithm>
#include <optional>

#include "base/pause.h"
#include "base/rate_limiter.h"
#include "model/document.h"
#include "run/context/selection.h"
#include "run/preflight/preflight.h"

namespace vams {
namespace {

constexpr ItemCount kPage{1000};
constexpr std::size_t kKeptFailures = 20;

class Rollback {
 public:
  Rollback(const Options& options, ClearTouch how, AssetTable& assets, Log& log)
      : options_(options), how_(how), assets_(assets), log_(log) {}

  Status Page(const AssetPage& page) {
    std::vector<AssetKey> keys;
    for (const AssetRecord& record : page.items) {
      ++result_.scanned;
      if (full(keys.size())) break;
      if (Wanted(record)) keys.push_back(record.key);
    }
    if (options_.dry_run) {
      result_.cleared += keys.size();
      return {};
    }
    if (keys.empty()) return {};
    TRY_ASSIGN(const auto outcomes, assets_.Clear(keys, how_));
    for (std::size_t i = 0; i < outcomes.size(); ++i) Count(keys[i], outcomes[i]);
    return {};
  }

  bool full(std::size_t more) const {
    return options_.limit && result_.cleared + result_.gone + result_.failed + more >= options_.limit->value;
  }
  RollbackResult& result() { return result_; }

 private:
  bool Wanted(const AssetRecord& record) const {
    const AttributeValue* date = record.item.Find(kReindexDateAttribute);
    if (date == nullptr || record.key.database_id.empty() || record.key.asset_id.empty()) return false;
    if (how_ == ClearTouch::kSetNull && date->As<AttributeValue::Null>() != nullptr) return false;
    return Selects(options_.selection, record.key);
  }

  void Count(const AssetKey& key, const Result<TouchOutcome>& outcome) {
    if (outcome) {
      ++(*outcome == TouchOutcome::kDone ? result_.cleared : result_.gone);
      return;
    }
    ++result_.failed;
    const std::string line = AssetDocumentId(key.database_id, key.asset_id) + ": " + outcome.error().message;
    log_.Error("{}", line);
    if (result_.first_failures.size() < kKeptFailures) result_.first_failures.push_back(line);
  }

  const Options& options_;
  const ClearTouch how_;
  AssetTable& assets_;
  Log& log_;
  RollbackResult result_;
};

}  // namespace

Result<RollbackResult> RunRollback(const Options& options, ClearTouch how, Deployment& deployment, Clock& clock,
                                   Log& log, Progress& progress, const StopFlag& stop) {
  TRY_ASSIGN(const auto lock, LockForWriting(options));
  const Duration begun = clock.Elapsed();
  std::optional<RateLimiter> limiter;
  if (options.max_rate && !options.dry_run) limiter.emplace(clock, *options.max_rate, ItemCount{0});
  Rollback rollback(options, how, *deployment.assets, log);
  const RollbackResult& result = rollback.result();
  TRY_ASSIGN(const ItemCount expected, deployment.assets->ApproximateCount());
  const auto counts = [&] {
    return PhaseCounts{.done = result.scanned - std::min(result.scanned, result.failed),
                       .failed = result.failed,
                       .expected = expected.value};
  };
  progress.OnPhaseStarted(Phase::kRollback, expected.value);
  std::optional<Cursor> from;
  do {
    if (stop.requested()) {
      rollback.result().interrupted = true;
      break;
    }
    TRY_ASSIGN(AssetPage page, deployment.assets->Scan({}, from, kPage));
    const std::uint64_t before = result.cleared + result.gone + result.failed;
    TRY(rollback.Page(page));
    progress.OnAdvanced(Phase::kRollback, counts());
    if (limiter)
      SleepUnlessStopped(clock, stop,
                         limiter->Acquire(ItemCount{result.cleared + result.gone + result.failed - before}));
    from = std::move(page.next);
  } while (from && !rollback.full(0));
  progress.OnPhaseFinished(Phase::kRollback, counts(), clock.Elapsed() - begun);
  return std::move(rollback.result());
}

}  // namespace vams
