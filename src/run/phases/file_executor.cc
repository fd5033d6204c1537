#include "run/phases/file_executor.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "documents/hazards.h"
#include "events/reindex_event.h"
#include "run/context/selection.h"
#include "run/decisions/classify_objects.h"
#include "run/state/run_journal.h"

namespace vams {
namespace {

constexpr std::uint64_t kListPage = 1000;
// What is made in between for so many stays in a processor's own cache; look-ups are remembered from one to the next.
constexpr std::size_t kDecidedAtOnce = 250;
constexpr const char* kMore = "more";  // of a replay, which knows by itself where it is

}  // namespace

// A set of look-ups for one decision; given back for the next.
class FileExecutor::Lease {
 public:
  explicit Lease(FileExecutor& owner) : owner_(owner) {
    {
      const MutexLock lock(owner.mu_);
      if (!owner.expected_.empty()) {
        expected_ = std::move(owner.expected_.back());
        owner.expected_.pop_back();
      }
    }
    if (expected_ != nullptr) return;
    const Deployment& d = owner.run_.deployment;
    expected_ = std::make_unique<ExpectedDocuments>(SourcePorts{*d.assets, *d.buckets, *d.side_tables, *d.objects},
                                                    owner.run_.options.EffectiveCompatibility());
  }
  ~Lease() {
    // An asset may be deleted while the run goes on, and an event for its files would bring it back (H3): in a
    // deployment nothing that was looked up outlives its page.
    if (owner_.run_.deployment.bucket_sync) expected_->Forget();
    const MutexLock lock(owner_.mu_);
    owner_.expected_.push_back(std::move(expected_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ExpectedDocuments& operator*() const { return *expected_; }

 private:
  FileExecutor& owner_;
  std::unique_ptr<ExpectedDocuments> expected_;
};

FileExecutor::FileExecutor(const RunContext& run, const std::vector<ObjectLocation>& locations,
                           const std::vector<std::string>& topics, HandledItems* handled, HandledItems* only)
    : run_(run),
      locations_(locations),
      topics_(topics),
      handled_(handled),
      objects_(run.deployment.objects_once ? *run.deployment.objects_once : *run.deployment.objects),
      topic_(run.deployment.topic_once ? *run.deployment.topic_once : *run.deployment.topic),
      region_(run.options.aws_region.value_or("us-east-1")) {
  if (only == nullptr) return;
  replay_.emplace(*only, *run.deployment.objects, [this](const ObjectRef& object) { NoteElsewhere(object); });
}

FileExecutor::~FileExecutor() = default;

FileAnswer FileExecutor::Execute(const FileTask& task) {
  if (const auto* list = std::get_if<ListTask>(&task.what)) return List(*list);
  if (const auto* names = std::get_if<NamesTask>(&task.what)) return Names(*names);
  if (const auto* head = std::get_if<HeadTask>(&task.what)) return Head(*head);
  if (const auto* decide = std::get_if<DecideTask>(&task.what)) return Decide(*decide);
  if (const auto* publish = std::get_if<PublishTask>(&task.what)) return Publish(*publish);
  if (const auto* backlog = std::get_if<BacklogTask>(&task.what)) return Backlog(*backlog);
  return Commit(std::get<CommitTask>(task.what));
}

Result<ListAnswer> FileExecutor::List(const ListTask& task) {
  const ObjectLocation& location = locations_[task.location];
  if (replay_) {
    TRY_ASSIGN(ReplayObjects::Page page, replay_->Next(location));
    return ListAnswer{.entries = std::move(page.entries),
                      .next = page.more ? std::optional(Cursor{kMore}) : std::nullopt};
  }
  std::optional<Cursor> from = task.cursor;
  if (!from && !task.after.empty()) from = objects_.After(task.after);
  const auto& batch = run_.options.reindex.s3_batch_size;
  const std::uint64_t size = batch ? std::min(batch->value, kListPage) : kListPage;
  TRY_ASSIGN(ObjectPage page, objects_.List(location.bucket, location.prefix, from, ItemCount{size}));
  return ListAnswer{.entries = std::move(page.entries), .next = std::move(page.next)};
}

Result<NamesAnswer> FileExecutor::Names(const NamesTask& task) {
  const ObjectLocation& location = locations_[task.location];
  auto names = objects_.CommonPrefixes(location.bucket, location.prefix);
  if (!names) {
    run_.log.Debug("Listing {} without a delimiter: {}", location.bucket, names.error().message);
  }
  return names;
}

Result<HeadAnswer> FileExecutor::Head(const HeadTask& task) {
  const std::array object{ObjectRef{locations_[task.location].bucket, task.key}};
  TRY_ASSIGN(auto heads, objects_.HeadMany(object));
  return std::move(heads.front());
}

Result<DecideAnswer> FileExecutor::Decide(const DecideTask& task) {
  const std::string& bucket = locations_[task.location].bucket;
  const Selection& selection = run_.options.selection;
  DecideAnswer answer;
  answer.objects.resize(task.entries.size());
  const Lease expected(*this);
  const KnownHeads heads = replay_ || run_.options.local ? KnownHeads::kTaken : KnownHeads::kSamples;
  // The entries as they are, or copies of those that are selected.
  std::span<const ObjectEntry> entries(task.entries);
  std::vector<ObjectEntry> selected;
  std::vector<std::size_t> of_selected;
  if (!selection.everything()) {
    for (std::size_t i = 0; i < task.entries.size(); ++i) {
      if (!Selects(selection, task.entries[i])) continue;
      selected.push_back(task.entries[i]);
      of_selected.push_back(i);
    }
    entries = selected;
  }
  for (std::size_t from = 0; from < entries.size(); from += kDecidedAtOnce) {
    const auto some = entries.subspan(from, std::min(kDecidedAtOnce, entries.size() - from));
    TRY_ASSIGN(auto classified, ClassifyObjects(run_, *expected, bucket, some, heads));
    for (std::size_t n = 0; n < some.size(); ++n) {
      const std::size_t i = selection.everything() ? from + n : of_selected[from + n];
      answer.objects[i] = DecideOne(bucket, some[n], classified[n], answer.findings);
    }
  }
  return answer;
}

Decided FileExecutor::DecideOne(const std::string& bucket, const ObjectEntry& entry, ClassifiedObject& object,
                                std::vector<Finding>& findings) {
  if (!object.decision) {
    return {.kind = Decided::Kind::kFailed, .error = std::make_shared<const Error>(std::move(object.decision).error())};
  }
  Decision& decision = object.decision->decision;
  const auto place = [&] { return bucket + "/" + entry.key; };
  if (decision.kind != Decision::Kind::kIndex) {
    const bool refused = decision.kind == Decision::Kind::kInvalid || decision.kind == Decision::Kind::kError;
    std::string rule = refused ? "refused: " + decision.rule : decision.rule;
    findings.push_back({IndexKind::kFiles, place(), FindingKind::kSkipped, rule, decision.message});
    run_.log.Debug("Skipping {}: {}", Printable(entry.key), rule);
    return {.kind = Decided::Kind::kSkipped, .cause = std::move(rule)};
  }
  if (!MaySelectDocument(run_.options.selection, decision.document.id)) return {};
  if (object.withheld) {
    std::string hazard(InfoOf(*object.withheld).name);
    findings.push_back({IndexKind::kFiles, decision.document.id, FindingKind::kWithheld, hazard, place()});
    run_.log.Debug("Withholding {}: {}", Printable(entry.key), hazard);
    return {.kind = Decided::Kind::kWithheld, .cause = std::move(hazard)};
  }
  Decided decided{.kind = Decided::Kind::kPublish, .document_id = std::move(decision.document.id)};
  if (run_.options.dry_run) return decided;
  decided.version_id = std::move(object.decision->version_id);
  decided.bytes = MostBytesOfReindexEvent({.region = region_,
                                           .bucket = bucket,
                                           .key = entry.key,
                                           .size = Bytes{entry.size},
                                           .last_modified = entry.last_modified,
                                           .etag = entry.etag,
                                           .version_id = decided.version_id})
                      .value;
  return decided;
}

Result<PublishAnswer> FileExecutor::Publish(const PublishTask& task) {
  std::vector<TopicMessage> messages = SpareMessages();
  if (messages.size() < task.events.size()) messages.resize(task.events.size());
  for (std::size_t i = 0; i < task.events.size(); ++i) {
    const FileEvent& event = task.events[i];
    WriteReindexEvent({.region = region_,
                       .bucket = locations_[event.location].bucket,
                       .key = event.key,
                       .size = Bytes{event.size},
                       .last_modified = event.last_modified,
                       .etag = event.etag,
                       .version_id = event.version_id},
                      run_.options.event_key_encoding, messages[i]);
  }
  auto answer = topic_.PublishBatch(topics_[task.topic], std::span(messages).first(task.events.size()));
  const MutexLock lock(mu_);
  spare_messages_.push_back(std::move(messages));
  return answer;
}

std::vector<TopicMessage> FileExecutor::SpareMessages() {
  const MutexLock lock(mu_);
  if (spare_messages_.empty()) return {};
  std::vector<TopicMessage> messages = std::move(spare_messages_.back());
  spare_messages_.pop_back();
  return messages;
}

Result<BacklogAnswer> FileExecutor::Backlog(const BacklogTask& task) {
  if (run_.deployment.file_events) {
    TRY_ASSIGN(const auto depth, run_.deployment.file_events->ApproximateDepth());
    return ItemCount{depth.visible + depth.in_flight};
  }
  if (!run_.deployment.backlog) return std::nullopt;
  return run_.deployment.backlog->Behind(topics_[task.topic]);
}

Result<Committed> FileExecutor::Commit(const CommitTask& task) {
  const FileProgress& progress = task.progress;
  for (const Finding& finding : progress.findings) run_.findings.Add(finding);
  for (const FailedObject& failed : progress.failed) NoteFailed(failed);
  if (handled_ != nullptr) {
    for (const SentObject& sent : progress.sent) {
      TRY(handled_->Add(ObjectRef{locations_[sent.location].bucket, sent.key}));
    }
  }
  if (run_.journal != nullptr) TRY(run_.journal->Commit(progress, locations_, run_.findings));
  return Committed{};
}

void FileExecutor::NoteFailed(const FailedObject& failed) {
  const std::string& bucket = locations_[failed.location].bucket;
  const bool read = failed.document_id.empty();
  run_.findings.Add({IndexKind::kFiles, read ? bucket + "/" + failed.key : failed.document_id, FindingKind::kFailed,
                     std::string(ErrorCodeName(failed.error.code)),
                     read ? failed.error.message : fmt::format("{} (tries: {})", failed.error.message, failed.tries)});
  run_.log.Error("Error {} {}: {}", read ? "reading" : "publishing", Printable(failed.key), failed.error.message);
  const MutexLock lock(mu_);
  failures_.AddFailure("key", failed.key, failed.error.message);
}

void FileExecutor::NoteElsewhere(const ObjectRef& object) {
  constexpr const char* kWhy = "no bucket record covers it, or its bucket has no topic";
  run_.findings.Add({IndexKind::kFiles, object.bucket + "/" + object.key, FindingKind::kFailed, kWhy, ""});
  run_.log.Error("Error reading {}: {}", Printable(object.key), kWhy);
  const MutexLock lock(mu_);
  ++elsewhere_;
  failures_.AddFailure("key", object.key, kWhy);
}

Status FileExecutor::Finish() { return replay_ ? replay_->Finish() : Status{}; }

void FileExecutor::AddFailuresTo(PhaseReport& report) {
  const MutexLock lock(mu_);
  report.failed += elsewhere_;
  report.total += elsewhere_;
  std::ranges::move(failures_.first_failures, std::back_inserter(report.first_failures));
  failures_ = {};
}

}  // namespace vams
