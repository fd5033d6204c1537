#include "run/indexer_service.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "indexers/queue_consumer.h"
#include "indexers/stream_consumer.h"
#include "run/background_worker.h"
#include "run/preflight.h"
#include "run/rates.h"

namespace vams {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(50);
// A stream may be read five times a second by all its readers together, and two indexers may read the same one.
constexpr Duration kIdlePause = std::chrono::milliseconds(500);
constexpr ItemCount kBatch{500};

class Service {
 public:
  Service(ServiceKind kind, const Options& options, Deployment& deployment, Clock& clock, Log& log)
      : name_(kind == ServiceKind::kAssets ? "asset indexer" : "file indexer"), clock_(clock), log_(log) {
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

  Result<StepCounts> Run(const StopFlag& stop, std::optional<Duration> until_idle) {
    log_.Info("The {} is at work", name_);
    LineThrottle lines(std::chrono::seconds(10));
    std::uint64_t told = 0;
    std::uint64_t last = 0;
    Duration last_move = clock_.Elapsed();
    while (!stop.requested()) {
      for (const auto& worker : workers_) TRY(worker->status());
      const StepCounts now = counts();
      if (now.taken != last) last_move = clock_.Elapsed();
      last = now.taken;
      if (until_idle && clock_.Elapsed() - last_move >= *until_idle) break;
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
  void Start(std::function<Result<StepCounts>()> step, Duration pause) {
    workers_.push_back(std::make_unique<BackgroundWorker>(
        name_,
        [this, step = std::move(step)]() -> Result<std::uint64_t> {
          TRY_ASSIGN(const StepCounts done, step());
          if (done.parked > 0) log_.Warning("The {} set {} records aside", name_, done.parked);
          {
            const MutexLock lock(mu_);
            counts_ += done;
          }
          // What only comes again is no progress: without a pause it would be asked for without end.
          return done.taken > done.again ? done.taken : 0;
        },
        clock_, log_, pause));
  }

  StepCounts counts() const {
    const MutexLock lock(mu_);
    return counts_;
  }

  void Tell(const StepCounts& c) {
    log_.Info("The {}: {} records taken, {} documents indexed, {} deleted, {} skipped, {} invalid, {} set aside", name_,
              c.taken - c.again, c.indexed, c.deleted, c.skipped, c.invalid, c.parked);
  }

  const std::string name_;
  Clock& clock_;
  Log& log_;
  mutable Mutex mu_;
  StepCounts counts_ GUARDED_BY(mu_);
  std::unique_ptr<StreamConsumer> changes_;
  std::unique_ptr<QueueConsumer> events_;
  std::vector<std::unique_ptr<BackgroundWorker>> workers_;  // last: they use all of the above
};

}  // namespace

Result<StepCounts> RunIndexerService(ServiceKind kind, const Options& options, Deployment& deployment, Clock& clock,
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
