#include "run/local_indexers.h"

#include <algorithm>
#include <string>

#include "indexers/queue_consumer.h"
#include "indexers/stream_consumer.h"
#include "run/background_worker.h"
#include "run/rates.h"

namespace vams {
namespace {

constexpr Duration kPollEvery = std::chrono::milliseconds(10);
constexpr Duration kSettleTime = std::chrono::seconds(30);

}  // namespace

Result<IndexingBacklog> ReadBacklog(const Deployment& deployment) {
  IndexingBacklog backlog;
  if (deployment.changes) {
    TRY_ASSIGN(const auto changes, deployment.changes->Backlog(std::string(kStreamConsumerName)));
    backlog.changes = changes ? changes->value : 0;
  }
  if (deployment.file_events) {
    TRY_ASSIGN(const auto depth, deployment.file_events->ApproximateDepth());
    backlog.events = depth.visible + depth.in_flight;
  }
  return backlog;
}

Result<bool> WaitForIndexing(const RunContext& run, const LocalIndexers* indexers, Duration at_most) {
  const Duration begun = run.clock.Elapsed();
  Duration last_move = begun;
  IndexingBacklog last;
  std::uint64_t largest = 0;
  LineThrottle lines(std::chrono::seconds(10));
  LineThrottle redraw(std::chrono::milliseconds(200));
  run.progress.OnPhaseStarted(Phase::kWait, 0);
  bool drained = false;
  while (!run.stop.requested()) {
    if (indexers != nullptr) TRY(indexers->status());
    TRY_ASSIGN(const IndexingBacklog backlog, ReadBacklog(run.deployment));
    const Duration now = run.clock.Elapsed();
    drained = backlog.total() == 0;
    if (drained || now - begun >= at_most) break;
    if (backlog.changes != last.changes || backlog.events != last.events) last_move = now;
    if (now - last_move >= kSettleTime) break;
    last = backlog;
    largest = std::max(largest, backlog.total());
    if (lines.Due(run.clock)) run.log.Info("  {} changes and {} events still to index", backlog.changes, backlog.events);
    if (redraw.Due(run.clock)) {
      run.progress.OnAdvanced(Phase::kWait, {.done = largest - backlog.total(), .expected = largest});
    }
    run.clock.SleepFor(kPollEvery);
  }
  run.progress.OnPhaseFinished(Phase::kWait, {.done = largest, .expected = largest}, run.clock.Elapsed() - begun);
  return drained;
}

}  // namespace vams
