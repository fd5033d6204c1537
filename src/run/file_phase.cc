#include "run/file_phase.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "base/bounded_queue.h"
#include "base/rate_limiter.h"
#include "base/text.h"
#include "documents/expected_documents.h"
#include "events/publisher.h"
#include "events/reindex_event.h"
#include "run/classify_objects.h"
#include "run/rates.h"
#include "run/selection.h"
#include "source/object_scan.h"

namespace vams {
namespace {

constexpr std::size_t kQueuedPages = 3;
constexpr std::size_t kQueuedBatches = 3;
constexpr std::uint64_t kListPage = 1000;
// Events ahead of the in-process indexer are disk space that nobody needs.
constexpr std::uint64_t kLocalBacklog = 50'000;
constexpr Duration kBacklogPause = std::chrono::milliseconds(20);
constexpr Duration kRemoteBacklogPause = std::chrono::seconds(1);

struct Page {
  const ObjectLocation* location;
  const std::string* topic;
  std::vector<ObjectEntry> entries;
};

struct Batch {
  const std::string* topic;
  const std::string* bucket;
  std::vector<TopicMessage> messages;
  std::vector<std::string> keys;          // of the messages
  std::vector<std::string> document_ids;  // of the messages
};

// Three steps, a thread each, with bounded queues between them: list, classify, publish. Each counts in figures of its
// own.
class FilePhase {
 public:
  FilePhase(const RunContext& run, const FileTargets& targets, HandledItems* handled, const LocalIndexers* indexers)
      : run_(run),
        targets_(targets),
        handled_(handled),
        indexers_(indexers),
        pages_(kQueuedPages),
        batches_(kQueuedBatches) {}

  Result<PhaseReport> Run();

 private:
  void TellPlan();
  void ListAll();
  void ListOne(const ObjectLocation& location);
  void BucketFailed(const std::string& bucket, const Error& error);
  Status ClassifyAll();
  Status ClassifyOne(Page page, ExpectedDocuments& expected, std::uint64_t& left);
  // Whether an event of the object is to be sent; why not is noted.
  bool ToPublish(const Page& page, const ObjectEntry& entry, const ClassifiedObject& object);
  void NoteSkipped(const Page& page, const ObjectEntry& entry, const Decision& decision);
  Status PublishAllBatches();
  Status PublishOne(Batch batch);
  std::optional<std::uint64_t> BacklogBehind(const std::string& topic);
  Status HoldBack(const std::string& topic);
  void ReportProgress();
  PhaseReport Merge(Duration begun);
  void LogComplete(const PhaseReport& report);

  const RunContext& run_;
  const FileTargets& targets_;
  HandledItems* handled_;
  const LocalIndexers* indexers_;
  BoundedQueue<Page> pages_;
  BoundedQueue<Batch> batches_;
  std::optional<RateLimiter> pace_;
  bool told_no_backlog_ = false;
  LineThrottle lines_{std::chrono::seconds(10)};
  PhaseReport listed_;
  PhaseReport classified_;
  PhaseReport published_;
  std::atomic<std::uint64_t> skipped_{0};  // for the progress line, which another thread prints
};

void FilePhase::TellPlan() {
  const LocationPlan& plan = targets_.plan;
  for (const std::string& id : plan.unusable_records) {
    run_.findings.Add({IndexKind::kFiles, id, FindingKind::kInvalid, "a bucket record without bucketName", ""});
    run_.log.Warning("Bucket record {} has no bucketName: passed over", id);
  }
  run_.log.Info("Found {} bucket/prefix configurations", plan.locations.size());
  if (plan.locations.empty() && !run_.options.selection.everything()) {
    run_.log.Warning("No bucket record is in the selection: {}", Describe(run_.options.selection));
  }
}

void FilePhase::BucketFailed(const std::string& bucket, const Error& error) {
  listed_.AddFailure("bucket", bucket, error.message);
  run_.findings.Add(
      {IndexKind::kFiles, bucket, FindingKind::kFailed, std::string(ErrorCodeName(error.code)), error.message});
  run_.log.Error("Error processing bucket {}: {}", bucket, error.message);
  if (!error.hint.empty()) run_.log.Error("  {}", error.hint);
}

void FilePhase::ListOne(const ObjectLocation& location) {
  run_.log.Info("Processing bucket: {}, prefix: {}", location.bucket, location.prefix.empty() ? "/" : location.prefix);
  const Result<std::string>& told = targets_.topics.at(location.bucket);
  if (!told) return BucketFailed(location.bucket, told.error());
  const std::string& topic = *told;
  const std::string narrow = run_.options.selection.prefix.value_or("");
  const auto& batch = run_.options.reindex.s3_batch_size;
  const std::uint64_t page = batch ? std::min(batch->value, kListPage) : kListPage;
  const Status status = ListObjects(*run_.deployment.objects, location, narrow, ItemCount{page}, run_.stop,
                                    [&](std::vector<ObjectEntry> entries) -> Result<bool> {
                                      listed_.objects_scanned += entries.size();
                                      return pages_.Push({&location, &topic, std::move(entries)});
                                    });
  if (!status) return BucketFailed(location.bucket, status.error());
}

void FilePhase::ListAll() {
  std::set<std::string> buckets;
  for (const ObjectLocation& location : targets_.plan.locations) {
    if (run_.stop.requested()) break;
    ListOne(location);
    buckets.insert(location.bucket);
  }
  listed_.buckets_processed = buckets.size();
}

void FilePhase::NoteSkipped(const Page& page, const ObjectEntry& entry, const Decision& decision) {
  const bool refused = decision.kind == Decision::Kind::kInvalid || decision.kind == Decision::Kind::kError;
  const std::string rule = refused ? "refused: " + decision.rule : decision.rule;
  ++classified_.skipped[rule];
  skipped_.fetch_add(1, std::memory_order_relaxed);
  run_.findings.Add(
      {IndexKind::kFiles, page.location->bucket + "/" + entry.key, FindingKind::kSkipped, rule, decision.message});
  run_.log.Debug("Skipping {}: {}", Printable(entry.key), rule);
}

bool FilePhase::ToPublish(const Page& page, const ObjectEntry& entry, const ClassifiedObject& object) {
  const std::string place = page.location->bucket + "/" + entry.key;
  if (!object.decision) {
    const Error& error = object.decision.error();
    classified_.AddFailure("key", entry.key, error.message);
    run_.findings.Add(
        {IndexKind::kFiles, place, FindingKind::kFailed, std::string(ErrorCodeName(error.code)), error.message});
    run_.log.Error("Error reading {}: {}", Printable(entry.key), error.message);
    return false;
  }
  const Decision& decision = object.decision->decision;
  if (decision.kind != Decision::Kind::kIndex) {
    NoteSkipped(page, entry, decision);
    return false;
  }
  if (!MaySelectDocument(run_.options.selection, decision.document.id)) return false;
  if (!object.withheld) return true;
  const HazardInfo& hazard = InfoOf(*object.withheld);
  ++classified_.withheld[std::string(hazard.name)];
  skipped_.fetch_add(1, std::memory_order_relaxed);
  run_.findings.Add({IndexKind::kFiles, decision.document.id, FindingKind::kWithheld, std::string(hazard.name), place});
  run_.log.Debug("Withholding {}: {}", Printable(entry.key), hazard.name);
  return false;
}

Status FilePhase::ClassifyOne(Page page, ExpectedDocuments& expected, std::uint64_t& left) {
  std::erase_if(page.entries, [&](const ObjectEntry& e) { return !Selects(run_.options.selection, e); });
  TRY_ASSIGN(const auto classified, ClassifyObjects(run_, expected, page.location->bucket, page.entries));
  Batch batch{.topic = page.topic, .bucket = &page.location->bucket, .messages = {}, .keys = {}, .document_ids = {}};
  const std::string region = run_.options.aws_region.value_or("us-east-1");
  for (std::size_t i = 0; i < page.entries.size() && left > 0; ++i) {
    ObjectEntry& entry = page.entries[i];
    if (!ToPublish(page, entry, classified[i])) continue;
    const ObjectDecision& decision = *classified[i].decision;
    --left;
    ++classified_.total;
    if (run_.options.dry_run) continue;
    batch.messages.push_back(BuildReindexEvent({.region = region,
                                                .bucket = page.location->bucket,
                                                .key = entry.key,
                                                .size = Bytes{entry.size},
                                                .last_modified = entry.last_modified,
                                                .etag = entry.etag,
                                                .version_id = decision.version_id},
                                               run_.options.event_key_encoding));
    batch.keys.push_back(std::move(entry.key));
    batch.document_ids.push_back(decision.decision.document.id);
  }
  if (!batch.messages.empty()) static_cast<void>(batches_.Push(std::move(batch)));
  return {};
}

Status FilePhase::ClassifyAll() {
  Deployment& d = run_.deployment;
  ExpectedDocuments expected({*d.assets, *d.buckets, *d.side_tables, *d.objects},
                             run_.options.EffectiveCompatibility());
  std::uint64_t left = run_.options.limit ? run_.options.limit->value : UINT64_MAX;
  while (left > 0) {
    auto page = pages_.Pop();
    if (!page || run_.stop.requested()) break;
    TRY(ClassifyOne(std::move(*page), expected, left));
  }
  return {};
}

std::optional<std::uint64_t> FilePhase::BacklogBehind(const std::string& topic) {
  if (run_.deployment.file_events) {
    const auto depth = run_.deployment.file_events->ApproximateDepth();
    return depth ? std::optional(depth->visible + depth->in_flight) : std::nullopt;
  }
  if (!run_.options.max_backlog || !run_.deployment.backlog) return std::nullopt;
  const auto behind = run_.deployment.backlog->Behind(topic);
  if (behind && !*behind && !told_no_backlog_) {
    told_no_backlog_ = true;
    run_.log.Warning("Nobody tells how much waits behind {}: --max-backlog cannot hold back", topic);
  }
  return behind && *behind ? std::optional((*behind)->value) : std::nullopt;
}

Status FilePhase::HoldBack(const std::string& topic) {
  const std::uint64_t allowed = run_.options.max_backlog ? run_.options.max_backlog->value : kLocalBacklog;
  while (!run_.stop.requested()) {
    // A depth that cannot be read must not stop the run: the publishing itself will tell what is wrong.
    const auto waiting = BacklogBehind(topic);
    if (!waiting || *waiting <= allowed) return {};
    // Nobody empties the queue any more.
    if (indexers_ != nullptr) TRY(indexers_->status());
    Pause(run_, run_.deployment.file_events ? kBacklogPause : kRemoteBacklogPause);
  }
  return {};
}

Status FilePhase::PublishOne(Batch batch) {
  TRY(HoldBack(*batch.topic));
  const PublishedBatch sent = PublishAll(*run_.deployment.topic, *batch.topic, std::move(batch.messages),
                                         PublishPolicy{}, pace_ ? &*pace_ : nullptr, run_.clock, run_.stop);
  published_.throttled += sent.throttled;
  published_.succeeded += sent.published;
  std::set<std::size_t> failed;
  for (const auto& failure : sent.failures) {
    failed.insert(failure.index);
    const std::string& key = batch.keys[failure.index];
    published_.AddFailure("key", key, failure.error.message);
    run_.findings.Add({IndexKind::kFiles, batch.document_ids[failure.index], FindingKind::kFailed,
                       std::string(ErrorCodeName(failure.error.code)),
                       fmt::format("{} (tries: {})", failure.error.message, failure.tries)});
    run_.log.Error("Error publishing {}: {}", Printable(key), failure.error.message);
  }
  if (handled_ != nullptr) {
    for (std::size_t i = 0; i < batch.keys.size(); ++i) {
      if (!failed.contains(i)) TRY(handled_->Add(ObjectRef{*batch.bucket, std::move(batch.keys[i])}));
    }
  }
  if (lines_.Due(run_.clock)) run_.log.Info("Published {} events", published_.succeeded);
  ReportProgress();
  return {};
}

Status FilePhase::PublishAllBatches() {
  while (auto batch = batches_.Pop()) {
    TRY(PublishOne(std::move(*batch)));
    if (run_.stop.requested()) break;
  }
  return {};
}

void FilePhase::ReportProgress() {
  run_.progress.OnAdvanced(Phase::kFiles, {.done = published_.succeeded,
                                           .failed = published_.failed,
                                           .skipped = skipped_.load(std::memory_order_relaxed),
                                           .throttled = published_.throttled,
                                           .expected = run_.options.limit ? run_.options.limit->value : 0});
}

PhaseReport FilePhase::Merge(Duration begun) {
  PhaseReport report = std::move(published_);
  report.started = listed_.started;
  report.ended = run_.clock.Now();
  report.took = run_.clock.Elapsed() - begun;
  report.buckets_processed = listed_.buckets_processed;
  report.objects_scanned = listed_.objects_scanned;
  report.skipped = std::move(classified_.skipped);
  report.withheld = std::move(classified_.withheld);
  report.total = classified_.total;
  for (PhaseReport* part : {&listed_, &classified_}) {
    report.failed += part->failed;
    for (auto& failure : part->first_failures) report.first_failures.push_back(std::move(failure));
  }
  return report;
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
  listed_.started = run_.clock.Now();
  if (const auto rate = EffectiveRate(run_.options, /*for_events=*/true)) {
    pace_.emplace(run_.clock, *rate, ItemCount{static_cast<std::uint64_t>(std::max(1.0, rate->value / 10))});
  }
  run_.log.Info("S3 FILE REINDEXING");
  run_.log.Info("Scanning S3 buckets table: {}", run_.options.s3_asset_buckets_table);
  TellPlan();
  run_.progress.OnPhaseStarted(Phase::kFiles, run_.options.limit ? run_.options.limit->value : 0);

  Status classified;
  Status published;
  {
    std::jthread lister([&] {
      ListAll();
      pages_.Close();
    });
    std::jthread classifier([&] {
      classified = ClassifyAll();
      pages_.Close();
      batches_.Close();
    });
    published = PublishAllBatches();
    batches_.Close();
    pages_.Close();
  }
  TRY(published);
  if (!classified) {
    // What was published stays published: the figures go into the report beside the reason why there are no more.
    const Error& error = classified.error();
    classified_.AddFailure("", "", error.message);
    run_.findings.Add({IndexKind::kFiles, run_.options.s3_asset_buckets_table, FindingKind::kFailed,
                       "the files could not all be classified", error.message});
    run_.log.Error("Classifying the files failed: {}", error.message);
    if (!error.hint.empty()) run_.log.Error("  {}", error.hint);
  }
  PhaseReport report = Merge(begun);
  run_.progress.OnPhaseFinished(Phase::kFiles,
                                {.done = report.succeeded, .failed = report.failed, .skipped = report.skipped_count()},
                                report.took);
  LogComplete(report);
  return report;
}

}  // namespace

Result<PhaseReport> RunFilePhase(const RunContext& run, const FileTargets& targets, HandledItems* handled,
                                 const LocalIndexers* indexers) {
  return FilePhase(run, targets, handled, indexers).Run();
}

}  // namespace vams
