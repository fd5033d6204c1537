#include "run/phases/file_phase.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/line_throttle.h"
#include "base/text.h"
#include "config/limits.h"
#include "documents/hazards.h"
#include "engine/file_flow.h"
#include "run/context/selection.h"
#include "run/phases/driver.h"
#include "run/phases/file_executor.h"
#include "run/phases/outage.h"
#include "run/phases/replay_objects.h"
#include "run/state/run_journal.h"

namespace vams {
namespace {

// Events ahead of the in-process indexer are disk space that nobody needs.
constexpr std::uint64_t kLocalBacklog = 50'000;
constexpr Duration kLocalBacklogEvery = std::chrono::milliseconds(20);
constexpr double kLeastPaced = 10;  // events of a paced request, so that a low rate does not send each alone
constexpr std::size_t kMostPublishes = 64;
constexpr std::size_t kMostLists = 16;
constexpr std::size_t kDecisions = 4;
constexpr double kSampled = 0.01;  // by location: whose metadata are compared all the same
constexpr std::size_t kPages = 8;
constexpr std::size_t kLocalPages = 4;

struct Seen {
  FileTotals totals;
  std::uint64_t throttled = 0;
  std::vector<FlowNote> notes;
};

class FilePhase {
 public:
  FilePhase(const RunContext& run, const FileTargets& targets, HandledItems* handled, const LocalIndexers* indexers,
            HandledItems* only)
      : run_(run), targets_(targets), handled_(handled), indexers_(indexers), only_(only) {}

  Result<PhaseReport> Run();

 private:
  void TellPlan();
  void PlanRanges();
  FileFlowSettings SettingsOf() const;
  Seen Look(FileFlow& flow);
  void Tell(const Seen& seen);
  void TellNote(const FlowNote& note);
  void BucketFailed(const std::string& bucket, const Error& error);
  PhaseReport Report(const Seen& last, Duration begun);
  void Fail(PhaseReport& report, const Error& error);
  void LogComplete(const PhaseReport& report);

  const RunContext& run_;
  const FileTargets& targets_;
  HandledItems* handled_;
  const LocalIndexers* indexers_;
  HandledItems* only_;

  std::vector<ObjectLocation> locations_;  // as they are listed: narrowed to the selection, with a topic
  std::vector<std::string> buckets_;
  std::vector<std::string> topics_;
  FileFlowSettings settings_;
  std::size_t buckets_seen_ = 0;
  LineThrottle lines_{std::chrono::seconds(10)};
  std::uint64_t told_ = 0;
  PhaseReport bucket_failures_;
  std::vector<Finding> of_phase_;  // of no object: told once, with the end of the phase
  Status indexing_;
};

void FilePhase::TellPlan() {
  const LocationPlan& plan = targets_.plan;
  for (const std::string& id : plan.unusable_records) {
    of_phase_.push_back({IndexKind::kFiles, id, FindingKind::kInvalid, "a bucket record without bucketName", ""});
    run_.log.Warning("Bucket record {} has no bucketName: passed over", id);
  }
  run_.log.Info("Found {} bucket/prefix configurations", plan.locations.size());
  if (plan.locations.empty() && !run_.options.selection.everything()) {
    run_.log.Warning("No bucket record is in the selection: {}", Describe(run_.options.selection));
  }
}

void FilePhase::BucketFailed(const std::string& bucket, const Error& error) {
  bucket_failures_.AddFailure("bucket", bucket, error.message);
  of_phase_.push_back(
      {IndexKind::kFiles, bucket, FindingKind::kFailed, std::string(ErrorCodeName(error.code)), error.message});
  run_.log.Error("Error processing bucket {}: {}", bucket, error.message);
  if (!error.hint.empty()) run_.log.Error("  {}", error.hint);
}

std::size_t IndexIn(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::ranges::find(names, name);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

void FilePhase::PlanRanges() {
  const std::string narrow = run_.options.selection.prefix.value_or("");
  std::set<std::string> seen;
  std::set<std::string> failed;
  std::vector<ObjectLocation> planned = targets_.plan.locations;
  if (only_ != nullptr) std::ranges::sort(planned, ComesBefore);
  for (const ObjectLocation& location : planned) {
    seen.insert(location.bucket);
    const Result<std::string>& topic = targets_.topics.at(location.bucket);
    if (!topic) {
      if (failed.insert(location.bucket).second) BucketFailed(location.bucket, topic.error());
      continue;
    }
    run_.log.Info("Processing bucket: {}, prefix: {}", location.bucket,
                  location.prefix.empty() ? "/" : location.prefix);
    ObjectLocation part = location;
    if (narrow.starts_with(part.prefix)) {
      part.prefix = narrow;
    } else if (!part.prefix.starts_with(narrow)) {
      continue;
    }
    settings_.locations.push_back(
        {.prefix = part.prefix, .bucket = IndexIn(buckets_, part.bucket), .topic = IndexIn(topics_, *topic)});
    for (KeyInterval& gap : run_.journal ? run_.journal->Gaps(part) : std::vector{KeyInterval{}}) {
      settings_.ranges.push_back(
          {.location = locations_.size(), .after = std::move(gap.after), .to = std::move(gap.to)});
    }
    locations_.push_back(std::move(part));
  }
  buckets_seen_ = seen.size();
  settings_.topics = topics_.size();
}

FileFlowSettings FilePhase::SettingsOf() const {
  const Options& options = run_.options;
  FileFlowSettings s = settings_;
  s.publish_limits = run_.deployment.topic->limits();
  s.most_rate = EffectiveRate(options, /*for_events=*/true);
  // A slow pace is kept by smaller requests, not by large ones seldom.
  if (s.most_rate) {
    const auto at_once = static_cast<std::uint64_t>(std::max(kLeastPaced, s.most_rate->value / 10));
    s.publish_limits.entries.value = std::min(s.publish_limits.entries.value, at_once);
  }
  s.dry_run = options.dry_run;
  s.tells_sent = handled_ != nullptr;
  if (options.limit) s.limit = options.limit->value;
  if (options.max_backlog) s.most_backlog = options.max_backlog->value;
  s.splits = only_ == nullptr;
  s.lists_look_up = only_ != nullptr;
  if (options.local) {
    // One file, one writer: what is behind the ports is within this process.
    const PaceLimits one{.most_in_flight = 1, .adapts = false};
    s.list = s.head = s.decide = s.publish = one;
    s.heads = 0;
    s.splits = false;
    s.most_pages = kLocalPages;
    s.most_backlog = options.max_backlog ? options.max_backlog->value : kLocalBacklog;
    s.backlog_every = kLocalBacklogEvery;
    return s;
  }
  s.most_in_flight = options.reindex.max_workers.value_or(kMaxRequestsInFlight);
  s.heads = options.attribution == Attribution::kHead ? 1 : kSampled;
  s.list = {.most_in_flight = std::min(kMostLists, s.most_in_flight), .first_rate = PerSecond{20}};
  s.head = {.most_in_flight = s.most_in_flight};
  s.decide = {.most_in_flight = std::min(kDecisions, s.most_in_flight), .adapts = false};
  s.publish = {.most_in_flight = std::min(kMostPublishes, s.most_in_flight)};
  s.most_pages = kPages;
  if (only_ != nullptr) {
    s.list.most_in_flight = 1;
    s.heads = 0;
  }
  return s;
}

Seen FilePhase::Look(FileFlow& flow) {
  if (run_.stop.requested() || !indexing_) flow.Drain();
  return {.totals = flow.totals(), .throttled = flow.throttled(), .notes = flow.TakeNotes()};
}

void FilePhase::TellNote(const FlowNote& note) {
  switch (note.kind) {
    case FlowNote::Kind::kDown:
    case FlowNote::Kind::kUp: return LogOutage(run_.log, note);
    case FlowNote::Kind::kBucketFailed: BucketFailed(buckets_[note.index], *note.error); break;
    case FlowNote::Kind::kNoBacklog:
      run_.log.Warning("Nobody tells how much waits behind {}: --max-backlog cannot hold back", topics_[note.index]);
      break;
  }
}

void FilePhase::Tell(const Seen& seen) {
  for (const FlowNote& note : seen.notes) TellNote(note);
  // Nobody empties the queue any more.
  if (indexers_ != nullptr && indexing_) indexing_ = indexers_->status();
  const FileTotals& t = seen.totals;
  if (t.published != told_ && lines_.Due(run_.clock)) {
    run_.log.Info("Published {} events", t.published);
    told_ = t.published;
  }
  std::uint64_t left_out = 0;
  for (const auto* classes : {&t.skipped, &t.withheld}) {
    for (const auto& [name, count] : *classes) left_out += count;
  }
  run_.progress.OnAdvanced(Phase::kFiles, {.done = t.published,
                                           .failed = t.failed,
                                           .skipped = left_out,
                                           .throttled = seen.throttled,
                                           .expected = run_.options.limit ? run_.options.limit->value : 0});
}

PhaseReport FilePhase::Report(const Seen& last, Duration begun) {
  PhaseReport report = bucket_failures_;
  report.buckets_processed = buckets_seen_;
  report.objects_scanned = last.totals.scanned;
  report.total = last.totals.published + last.totals.failed;
  report.succeeded = run_.options.dry_run ? 0 : last.totals.published;
  report.failed += last.totals.failed;
  report.skipped = last.totals.skipped;
  report.withheld = last.totals.withheld;
  report.throttled = last.throttled;
  report.ended = run_.clock.Now();
  report.took = run_.clock.Elapsed() - begun;
  return report;
}

// What was published stays published: the figures go into the report beside the reason why there are no more.
void FilePhase::Fail(PhaseReport& report, const Error& error) {
  report.ended_early = true;
  report.AddFailure("", "", error.message);
  of_phase_.push_back({IndexKind::kFiles, run_.options.s3_asset_buckets_table, FindingKind::kFailed,
                       "the files could not all be handled", error.message});
  run_.log.Error("The file phase ended early: {}", error.message);
  if (!error.hint.empty()) run_.log.Error("  {}", error.hint);
}

void FilePhase::LogComplete(const PhaseReport& report) {
  run_.log.Info("S3 FILE REINDEXING COMPLETE");
  run_.log.Info("  Buckets processed: {}", report.buckets_processed);
  run_.log.Info("  Objects scanned: {}", report.objects_scanned);
  run_.log.Info("  Total: {}", report.total);
  run_.log.Info("  Success: {}", report.succeeded);
  run_.log.Info("  Failed: {}", report.failed);
  if (!report.skipped.empty()) run_.log.Info("  Skipped by rule: {}", report.skipped_count());
  for (const auto& [rule, count] : report.skipped) run_.log.Info("    {}: {}", rule, count);
  if (report.withheld.empty()) return;
  run_.log.Warning("  Withheld by hazard: {}", report.withheld_count());
  for (const auto& [name, count] : report.withheld) {
    const HazardInfo* hazard = HazardNamed(name);
    if (hazard != nullptr) run_.log.Warning("    {}: {} ({}; {})", name, count, hazard->explanation, hazard->fix);
  }
}

Result<PhaseReport> FilePhase::Run() {
  const Duration begun = run_.clock.Elapsed();
  const UtcTime started = run_.clock.Now();
  run_.log.Info("S3 FILE REINDEXING");
  run_.log.Info("Scanning S3 buckets table: {}", run_.options.s3_asset_buckets_table);
  TellPlan();
  run_.progress.OnPhaseStarted(Phase::kFiles, run_.options.limit ? run_.options.limit->value : 0);
  PlanRanges();

  FileFlowSettings settings = SettingsOf();
  if (run_.journal != nullptr) {
    TRY_ASSIGN(settings.totals, run_.journal->Files());
    TRY(run_.journal->Begun(JournalPhase::kFiles));
  }
  FileFlow flow(settings, run_.random);
  FileExecutor executor(run_, locations_, topics_, handled_, only_);
  Seen last;
  std::unique_ptr<TaskLoop> loop;
  if (run_.deployment.make_loop) {
    TRY_ASSIGN(loop, run_.deployment.make_loop());
  }
  // One commits and one looks at backlogs. What waits for one reply is on the loop, where there is one.
  const std::size_t lists = loop == nullptr || settings.lists_look_up ? settings.list.most_in_flight : 0;
  const std::size_t threads = run_.options.local ? kLocalPages : lists + settings.decide.most_in_flight + 2;
  Driver driver(flow, run_.clock, loop.get());
  TRY(driver.Run(
      threads, [&](const FileTask& task) { return executor.Execute(task); }, [&](FileFlow& f) { return Look(f); },
      [&](Seen seen) {
        Tell(seen);
        last = std::move(seen);
      }));
  TRY(indexing_);
  PhaseReport report = Report(last, begun);
  report.started = started;
  if (flow.fatal()) {
    Fail(report, *flow.fatal());
  } else if (!run_.stop.requested()) {
    TRY(executor.Finish());
  }
  executor.AddFailuresTo(report);
  for (Finding& finding : of_phase_) run_.findings.Add(std::move(finding));
  run_.progress.OnPhaseFinished(Phase::kFiles,
                                {.done = report.succeeded, .failed = report.failed, .skipped = report.skipped_count()},
                                report.took);
  LogComplete(report);
  // Whoever resumes goes on with a phase that was stopped or failed, also if only in a bucket.
  const bool ended = !flow.fatal() && !run_.stop.requested() && bucket_failures_.failed == 0;
  if (run_.journal != nullptr && ended) TRY(run_.journal->End(JournalPhase::kFiles, report, run_.findings));
  return report;
}

}  // namespace

Result<PhaseReport> RunFilePhase(const RunContext& run, const FileTargets& targets, HandledItems* handled,
                                 const LocalIndexers* indexers, HandledItems* only) {
  return FilePhase(run, targets, handled, indexers, only).Run();
}

}  // namespace vams
