#include "run/local_indexers.h"

#include <algorithm>
#include <functional>
#include <string>

#include "base/text.h"
#include "indexers/partial_write.h"
#include "indexers/queue_consumer.h"
#include "indexers/stream_consumer.h"
#include "run/background_worker.h"
#include "run/rates.h"

namespace vams {
namespace {

constexpr Duration kPollEvery = std::chrono::milliseconds(10);
constexpr Duration kSettleTime = std::chrono::seconds(30);
// Larger batches gain little and every one of them is held in memory with its documents.
constexpr ItemCount kBatch{500};
// How long the next run waits for what a killed one had taken. A step that takes longer loses nothing: nobody else
// receives from this queue.
constexpr Duration kVisibility = std::chrono::seconds(5);

SourcePorts PortsOf(const Deployment& d) { return {*d.assets, *d.buckets, *d.side_tables, *d.objects}; }

BackgroundWorker::Step Counting(Log& log, std::string_view name, std::function<Result<StepCounts>()> step) {
  return [&log, name, step = std::move(step)]() -> Result<std::uint64_t> {
    TRY_ASSIGN(const StepCounts counts, step());
    if (counts.parked > 0) log.Warning("The {} set {} records aside: see `local status`", name, counts.parked);
    for (const PartialDocument& document : counts.partial) {
      log.Warning("{}: {} ({})", Printable(document.id), RefusalCause(document.fields), RefusalDetail(document.fields));
    }
    // What only comes again is no progress: without a pause it would be asked for without end.
    return counts.taken > counts.again ? counts.taken : 0;
  };
}

}  // namespace

struct LocalIndexers::Impl {
  explicit Impl(const RunContext& run)
      : changes(*run.deployment.changes, PortsOf(run.deployment), *run.deployment.asset_index,
                *run.deployment.file_index, run.options.EffectiveCompatibility(), run.clock),
        events(*run.deployment.file_events, PortsOf(run.deployment), *run.deployment.file_index,
               run.options.EffectiveCompatibility(), run.clock, {.batch = kBatch, .visibility = kVisibility}),
        change_worker("asset indexer", Counting(run.log, "asset indexer", [this] { return changes.Step(); }), run.clock,
                      run.log),
        event_worker("file indexer", Counting(run.log, "file indexer", [this] { return events.Step(); }), run.clock,
                     run.log) {}

  StreamConsumer changes;
  QueueConsumer events;
  BackgroundWorker change_worker;
  BackgroundWorker event_worker;
};

LocalIndexers::LocalIndexers(const RunContext& run) : impl_(std::make_unique<Impl>(run)) {}
LocalIndexers::~LocalIndexers() = default;

Status LocalIndexers::status() const {
  TRY(impl_->change_worker.status());
  return impl_->event_worker.status();
}

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
    if (lines.Due(run.clock))
      run.log.Info("  {} changes and {} events still to index", backlog.changes, backlog.events);
    if (redraw.Due(run.clock)) {
      run.progress.OnAdvanced(Phase::kWait, {.done = largest - backlog.total(), .expected = largest});
    }
    run.clock.SleepFor(kPollEvery);
  }
  run.progress.OnPhaseFinished(Phase::kWait, {.done = largest, .expected = largest}, run.clock.Elapsed() - begun);
  return drained;
}

}  // namespace vams
