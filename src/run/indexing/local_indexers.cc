#include "run/indexing/local_indexers.h"

#include "indexers/queue_consumer.h"
#include "indexers/stream_consumer.h"
#include "run/indexing/background_worker.h"
#include "run/indexing/indexer_step.h"

namespace vams {
namespace {

// Larger batches gain little and every one of them is held in memory with its documents.
constexpr ItemCount kBatch{500};
// How long the next run waits for what a killed one had taken. A step that takes longer loses nothing: nobody else
// receives from this queue.
constexpr Duration kVisibility = std::chrono::seconds(5);

SourcePorts PortsOf(const Deployment& d) { return {*d.assets, *d.buckets, *d.side_tables, *d.objects}; }

constexpr const char* kParkedWhere = "`local status`";

}  // namespace

struct LocalIndexers::Impl {
  explicit Impl(const RunContext& run)
      : changes(*run.deployment.changes, PortsOf(run.deployment), *run.deployment.asset_index,
                *run.deployment.file_index, run.options.EffectiveCompatibility(), run.clock),
        events(*run.deployment.file_events, PortsOf(run.deployment), *run.deployment.file_index,
               run.options.EffectiveCompatibility(), run.clock, {.batch = kBatch, .visibility = kVisibility}),
        change_worker("asset indexer",
                      TellingStep(run.log, "asset indexer", kParkedWhere, [this] { return changes.Step(); }), run.clock,
                      run.log),
        event_worker("file indexer",
                     TellingStep(run.log, "file indexer", kParkedWhere, [this] { return events.Step(); }), run.clock,
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

}  // namespace vams
