#include "run/indexing/indexer_service.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/line_throttle.h"
#include "base/mutex.h"
#include "indexers/queue_consumer.h"
#include "indexers/stream_consumer.h"
#include "run/indexing/background_worker.h"
#include "run/indexing/indexer_step.h"
#include "run/preflight/preflight.h"

namespace vams {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(50);
// A stream may be read five times a second by all its readers together, and two indexers may read the same one.
constexpr Duration kIdlePause = std::chrono::milliseconds(500);
constexpr ItemCount kBatch{500};

class Service {
 public:
  Service(ServiceKind kind, const Options& options, Deployment& deployment, Clock& clock, Log& log)
      : name_(kind == ServiceKind::kAssets ? "asset indexer" : "file indexer"),
        clock_(clock),
        log_(log),
        last_work_(clock.Elapsed()) {
    const SourcePorts source{*deployment.assets, *deployment.buckets, *deployment.side_tables, *deployment.objects};
    StreamConsumerOptions stream;
    stream.batch = kBatch;
    // An embedded VAMS keeps its records until every consumer has them, and its runs are one consumer for both.
    if (!deployment.runs_indexers) {
      stream.consumer = kind == ServiceKind::kAssets ? "asset-indexer" : "file-indexer";
      stream.role = kind == ServiceKind::kAssets ? StreamRole::kAssets : StreamRole::kFiles;
    }
    const Duration pause = deployment.runs_indexers ? kLookEvery : kIdlePause;
    const Compatibility compatibility = options.EffectiveCompatibility();
    if (deployment.changes) {
      changes_ = std::make_unique<StreamConsumer>(*deployment.changes, source, *deployment.asset_index,
                                                  *deployment.file_index, compatibility, clock, std::move(stream));
      Start([this] { return changes_->Step(); }, pause);
    }
    if (kind == ServiceKind::kFiles) {
      events_ = std::make_unique<QueueConsumer>(*deployment.file_events, source, *deployment.file_index, compatibility,
                                                clock, QueueConsumerOptions{.batch = kBatch});
      Start([this] { return events_->Step(); }, pause);
    }
  }

  Result<ServiceCounts> Run(const StopFlag& stop, std::optional<Duration> until_idle) {
    log_.Info("The {} is at work", name_);
    LineThrottle lines(std::chrono::seconds(10));
    std::uint64_t told = 0;
    while (!stop.requested()) {
      for (const auto& worker : workers_) TRY(worker->status());
      if (until_idle && IdleFor() >= *until_idle) break;
      const ServiceCounts now = counts();
      if (now.taken != told && lines.Due(clock_)) {
        Tell(now);
        told = now.taken;
      }
      clock_.SleepFor(kLookEvery);
    }
    for (const auto& worker : workers_) worker->Stop();
    Tell(counts());
    log_.Info("The {} has stopped", name_);
    return counts();
  }

 private:
  // Until a worker has ended its first step nobody knows whether there is something to do.
  void Start(std::function<Result<StepCounts>()> step, Duration pause) {
    OnBegun();
    const auto begun_and_ended = [this, first = true, step = std::move(step)]() mutable -> Result<StepCounts> {
      if (!std::exchange(first, false)) OnBegun();
      auto counts = step();
      OnEnded(counts);
      return counts;
    };
    workers_.push_back(std::make_unique<BackgroundWorker>(
        name_, TellingStep(log_, name_, "the directory of --state-dir", begun_and_ended), clock_, log_, pause));
  }

  void OnBegun() {
    const MutexLock lock(mu_);
    ++under_way_;
  }

  void OnEnded(const Result<StepCounts>& ended) {
    const MutexLock lock(mu_);
    --under_way_;
    // What failed comes again.
    if (!ended || ended->taken > 0) last_work_ = clock_.Elapsed();
    if (!ended) return;
    const StepCounts& step = *ended;
    counts_.taken += step.taken > step.again ? step.taken - step.again : 0;
    counts_.indexed += step.indexed;
    counts_.partial += step.partial.size();
    counts_.deleted += step.deleted;
    counts_.skipped += step.skipped;
    counts_.invalid += step.invalid;
    counts_.parked += step.parked;
  }

  // A step that is under way may have found something: it counts as work until it has ended.
  Duration IdleFor() const {
    const MutexLock lock(mu_);
    return under_way_ > 0 ? Duration{0} : clock_.Elapsed() - last_work_;
  }

  ServiceCounts counts() const {
    const MutexLock lock(mu_);
    return counts_;
  }

  void Tell(const ServiceCounts& c) {
    log_.Info("The {}: {} records taken, {} documents indexed, {} deleted, {} skipped, {} invalid, {} set aside", name_,
              c.taken, c.indexed, c.deleted, c.skipped, c.invalid, c.parked);
  }

  const std::string name_;
  Clock& clock_;
  Log& log_;
  mutable Mutex mu_;
  ServiceCounts counts_ GUARDED_BY(mu_);
  int under_way_ GUARDED_BY(mu_) = 0;
  Duration last_work_ GUARDED_BY(mu_);
  std::unique_ptr<StreamConsumer> changes_;
  std::unique_ptr<QueueConsumer> events_;
  std::vector<std::unique_ptr<BackgroundWorker>> workers_;  // last: they use all of the above
};

}  // namespace

Result<ServiceCounts> RunIndexerService(ServiceKind kind, const Options& options, Deployment& deployment, Clock& clock,
                                        Log& log, const StopFlag& stop, std::optional<Duration> until_idle) {
  TRY(CheckIndexes(deployment));
  if (kind == ServiceKind::kFiles && deployment.file_events == nullptr) {
    return std::unexpected(MakeError(ErrorCode::kUsage, "which queue does the file indexer receive from?")
                               .WithHint("--queue URL, or the queue's ARN"));
  }
  Service service(kind, options, deployment, clock, log);
  return service.Run(stop, until_idle);
}

}  // namespace vams
