#include "run/indexing/indexing_wait.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/line_throttle.h"
#include "base/pause.h"
#include "indexers/stream_consumer.h"

namespace vams {
namespace {

constexpr Duration kPollEvery = std::chrono::milliseconds(10);
constexpr Duration kSettleTime = std::chrono::seconds(30);

// Of the deployed functions: they take batches as they see fit (a window of 30 s before bucket sync), so that quiet has
// to last longer where no queue tells that it is empty.
constexpr Duration kLookEvery = std::chrono::seconds(1);
constexpr Duration kSettleWithQueue = std::chrono::seconds(15);
constexpr Duration kSettleWithoutQueue = std::chrono::seconds(60);

// What is seen of others' indexing. What cannot be read now counts as it was before.
struct Sight {
  std::optional<std::uint64_t> waiting;  // behind all topics; nullopt: some of them do not tell
  std::array<std::uint64_t, 2> documents{};
  std::array<std::uint64_t, 2> bytes{};
  bool operator==(const Sight&) const = default;
};

class OthersIndexing {
 public:
  OthersIndexing(const RunContext& run, std::span<const std::string> topics, std::optional<IndexedAtLeast> enough)
      : run_(run), topics_(topics), enough_(enough) {}

  Result<WaitEnd> Wait(Duration at_most) {
    const Duration begun = run_.clock.Elapsed();
    Duration last_move = begun;
    LineThrottle lines(std::chrono::seconds(10));
    std::uint64_t largest = 0;
    Look();
    while (!run_.stop.requested()) {
      const Duration now = run_.clock.Elapsed();
      const bool empty = sight_.waiting == std::uint64_t{0};
      if (Counted()) return WaitEnd::kCounted;
      if (now - begun >= at_most) break;
      if (now - last_move >= (empty ? kSettleWithQueue : kSettleWithoutQueue)) {
        return !sight_.waiting || empty ? WaitEnd::kNothingLeft : WaitEnd::kLeft;
      }
      if (lines.Due(run_.clock)) Tell();
      largest = std::max(largest, sight_.waiting.value_or(0));
      // Without a queue there is nothing to count down.
      if (largest > 0)
        run_.progress.OnAdvanced(Phase::kWait, {.done = largest - sight_.waiting.value_or(0), .expected = largest});
      SleepUnlessStopped(run_.clock, run_.stop, std::min(kLookEvery, at_most - (now - begun)));
      const Sight before = sight_;
      Look();
      if (sight_ != before) last_move = run_.clock.Elapsed();
    }
    return sight_.waiting == std::uint64_t{0} ? WaitEnd::kNothingLeft : WaitEnd::kLeft;
  }

 private:
  bool Counted() const {
    return enough_ && sight_.waiting.value_or(0) == 0 && sight_.documents[0] >= enough_->assets &&
           sight_.documents[1] >= enough_->files;
  }

  void Look() {
    sight_.waiting = Waiting();
    const std::array<SearchIndex*, 2> indexes{run_.deployment.asset_index.get(), run_.deployment.file_index.get()};
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      if (indexes[i] == nullptr) continue;
      const auto info = indexes[i]->Describe();
      if (!info || !*info) continue;
      sight_.documents[i] = (*info)->documents;
      sight_.bytes[i] = (*info)->size_bytes;
    }
  }

  std::optional<std::uint64_t> Waiting() {
    if (run_.deployment.backlog == nullptr) return std::nullopt;
    std::uint64_t sum = 0;
    for (const std::string& topic : topics_) {
      const auto behind = run_.deployment.backlog->Behind(topic);
      if (!behind) return sight_.waiting;
      if (!*behind) return std::nullopt;
      sum += (*behind)->value;
    }
    return topics_.empty() ? std::nullopt : std::optional(sum);
  }

  void Tell() {
    const std::string queue =
        sight_.waiting ? fmt::format("{} events wait in the queues, ", *sight_.waiting) : std::string();
    run_.log.Info("  {}{} assets and {} files are in the indexes", queue, sight_.documents[0], sight_.documents[1]);
  }

  const RunContext& run_;
  const std::span<const std::string> topics_;
  const std::optional<IndexedAtLeast> enough_;
  Sight sight_;
};

Result<WaitEnd> WaitForOwn(const RunContext& run, const LocalIndexers* indexers, Duration at_most) {
  const Duration begun = run.clock.Elapsed();
  Duration last_move = begun;
  IndexingBacklog last;
  std::uint64_t largest = 0;
  LineThrottle lines(std::chrono::seconds(10));
  LineThrottle redraw(std::chrono::milliseconds(200));
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
  return drained ? WaitEnd::kNothingLeft : WaitEnd::kLeft;
}

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

Result<WaitEnd> WaitForIndexing(const RunContext& run, const LocalIndexers* indexers,
                                std::span<const std::string> topics, Duration at_most,
                                std::optional<IndexedAtLeast> enough) {
  const Duration begun = run.clock.Elapsed();
  run.progress.OnPhaseStarted(Phase::kWait, 0);
  TRY_ASSIGN(const WaitEnd end, run.deployment.runs_indexers ? WaitForOwn(run, indexers, at_most)
                                                             : OthersIndexing(run, topics, enough).Wait(at_most));
  run.progress.OnPhaseFinished(Phase::kWait, {}, run.clock.Elapsed() - begun);
  return end;
}

}  // namespace vams
