#include "run/state/run_journal.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/options_json.h"
#include "run/state/journal_names.h"
#include "run/state/phase_state.h"
#include "run/state/run_directory.h"

namespace vams {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// What may differ between the parts of one run: how fast, how far, what is printed and where.
bool IsFree(std::string_view key) {
  static constexpr std::string_view kFree[] = {"reindex_settings", "log_level",   "verification_wait_time",
                                               "tolerance",        "max_rate",    "max_backlog",
                                               "deadline",         "max_cost",    "report_dir",
                                               "state_dir",        "aws_profile", "skip_verification",
                                               "operation"};  // the journal knows which phases there are
  return std::ranges::find(kFree, key) != std::end(kFree);
}

std::vector<ConfigurationValue> ValuesOf(const Options& options) {
  std::vector<ConfigurationValue> values;
  const Json json = ToJson(options);
  for (const auto& [key, value] : json.items()) {
    if (!IsFree(key)) values.push_back({key, value.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  return values;
}

std::string Named(const DifferingKeys& keys) {
  std::vector<std::string> all = keys.changed;
  all.insert(all.end(), keys.added.begin(), keys.added.end());
  all.insert(all.end(), keys.gone.begin(), keys.gone.end());
  return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace

RunJournal::RunJournal(fs::path directory, std::unique_ptr<FileJournal> journal, std::uint64_t dropped_bytes)
    : journal_(std::move(journal)),
      dropped_bytes_(dropped_bytes),
      failed_(directory / kFailedFile),
      handled_(directory / kHandledFile) {}

Result<std::unique_ptr<RunJournal>> RunJournal::Begin(const fs::path& directory, const NewRun& run,
                                                      const Options& options) {
  JournalHeader header{.run_id = run.id,
                       .program_version = run.program_version,
                       .created = run.now,
                       .salt = SystemSalt(),
                       .configuration = {},
                       .side_files = {kFindingsFile, kFailedFile, kHandledFile}};
  std::vector<ConfigurationValue> values = ValuesOf(options);
  if (!run.replay_of.empty()) values.push_back({"replay", run.replay_of});
  header.configuration = HashConfiguration(values, header.salt);
  TRY_ASSIGN(auto journal, FileJournal::Create(directory, std::move(header)));
  JournalBatch first;
  if (options.operation == Operation::kFiles) first.phases.push_back({JournalPhase::kAssets, PhaseState::kEnded});
  if (options.operation == Operation::kAssets) first.phases.push_back({JournalPhase::kFiles, PhaseState::kEnded});
  if (!run.replay_of.empty()) first.counters.push_back({kReplayOf, run.replay_of});
  if (first != JournalBatch{}) TRY(journal->Commit(first));
  return std::unique_ptr<RunJournal>(new RunJournal(directory, std::move(journal), 0));
}

Result<std::unique_ptr<RunJournal>> RunJournal::Resume(const fs::path& directory, const Options& options) {
  TRY_ASSIGN(const JournalContents seen, FileJournal::Read(directory));
  if (seen.state.ended) {
    return std::unexpected(
        MakeError(ErrorCode::kPrecondition, "run {} has ended ({}): there is nothing to resume", seen.header.run_id,
                  seen.state.ended->outcome)
            .WithHint("`vams-migrate replay " + seen.header.run_id + "` tries the failed items again"));
  }
  const DifferingKeys differ = DifferentKeys(seen.header.configuration, seen.header.salt, ValuesOf(options));
  if (!differ.none()) {
    return std::unexpected(MakeError(ErrorCode::kPrecondition,
                                     "run {} was begun with another configuration; what differs: {}",
                                     seen.header.run_id, Named(differ))
                               .WithHint("give `resume` the same configuration file and the same flags as the run"));
  }
  TRY_ASSIGN(OpenedJournal opened, FileJournal::Open(directory));
  return std::unique_ptr<RunJournal>(new RunJournal(directory, std::move(opened.journal), opened.dropped_bytes));
}

bool RunJournal::Ended(JournalPhase phase) const {
  const auto at = journal_->state().phases.find(phase);
  return at != journal_->state().phases.end() && at->second == PhaseState::kEnded;
}

Result<std::optional<PhaseReport>> RunJournal::ReportOf(JournalPhase phase) const {
  const std::string* text = Counter(journal_->state(), ReportName(phase));
  if (text == nullptr) return std::nullopt;
  TRY_ASSIGN(PhaseReport report, PhaseReportFrom(*text));
  return std::optional(std::move(report));
}

Status RunJournal::Begun(JournalPhase phase) {
  return journal_->Commit({.phases = {{.phase = phase, .state = PhaseState::kBegun}}});
}

Status RunJournal::End(JournalPhase phase, const PhaseReport& report, FindingSink& findings) {
  return CommitWith(
      {.counters = {{ReportName(phase), ToText(report)}}, .phases = {{.phase = phase, .state = PhaseState::kEnded}}},
      findings);
}

Status RunJournal::EndRun(UtcTime now, std::string outcome, const std::optional<VerificationReport>& verification,
                          FindingSink& findings) {
  JournalBatch batch{.ended = RunEnd{.at = now, .outcome = std::move(outcome)}};
  if (verification) {
    batch.counters.push_back(
        {kVerification, ToJson(*verification).dump(-1, ' ', false, Json::error_handler_t::replace)});
    batch.phases.push_back({JournalPhase::kVerify, PhaseState::kEnded});
  }
  return CommitWith(std::move(batch), findings);
}

Result<std::vector<SegmentProgress>> RunJournal::Segments(std::uint32_t total) const {
  std::vector<SegmentProgress> begun;
  const JournalState& state = journal_->state();
  const std::string* segments = Counter(state, kSegments);
  if (segments == nullptr || *segments != std::to_string(total)) return begun;
  for (std::uint32_t segment = 0; segment < total; ++segment) {
    SegmentProgress progress{.segment = segment};
    if (const auto at = state.assets.find(segment); at != state.assets.end()) {
      progress.done = !at->second;
      progress.cursor = at->second;
    }
    if (const std::string* after = Counter(state, kAfter + std::to_string(segment)); after != nullptr) {
      progress.after = AssetKeyFrom(*after);
    }
    if (progress.done || progress.cursor || progress.after) begun.push_back(std::move(progress));
  }
  return begun;
}

Result<AssetTotals> RunJournal::Assets() const { return CounterOr(journal_->state(), kAssetTotals, AssetTotalsFrom); }
Result<FileTotals> RunJournal::Files() const { return CounterOr(journal_->state(), kFileTotals, FileTotalsFrom); }

std::vector<KeyInterval> RunJournal::Gaps(const ObjectLocation& location) const {
  const auto at = journal_->state().files.find({location.bucket, location.prefix});
  return at == journal_->state().files.end() ? std::vector{KeyInterval{}} : at->second.Gaps();
}

Status RunJournal::LoadHandled(HandledItems& handled) const {
  return handled_.ForEachLine([&](std::string_view line) -> Status {
    TRY_ASSIGN(const FailedItem item, ReadFailedItem(line));
    return item.asset ? handled.Add(*item.asset) : handled.Add(*item.object);
  });
}

Status RunJournal::CommitWith(JournalBatch batch, FindingSink& findings) {
  TRY_ASSIGN(const std::uint64_t found, findings.Bytes());
  TRY_ASSIGN(const std::uint64_t failed, failed_.Flush());
  TRY_ASSIGN(const std::uint64_t handled, handled_.Flush());
  for (const auto& [name, bytes] :
       {std::pair{kFindingsFile, found}, std::pair{kFailedFile, failed}, std::pair{kHandledFile, handled}}) {
    if (bytes > 0) batch.side_files.push_back({name, bytes});
  }
  return journal_->Commit(batch);
}

Status RunJournal::Commit(const AssetProgress& progress, std::uint32_t segments, FindingSink& findings) {
  JournalBatch batch;
  for (const SegmentProgress& moved : progress.segments) {
    if (moved.done || moved.cursor) {
      batch.assets.push_back(
          {.total = segments, .segment = moved.segment, .cursor = moved.done ? std::nullopt : moved.cursor});
    }
    batch.counters.push_back({kAfter + std::to_string(moved.segment), ToText(moved.after)});
  }
  batch.counters.push_back({kSegments, std::to_string(segments)});
  batch.counters.push_back({kAssetTotals, ToText(progress.totals)});
  for (const FailedAsset& failed : progress.failed) {
    TRY(failed_.Write(ToNdjson(FailedItem{.asset = failed.key, .error = failed.error, .tries = failed.tries})));
  }
  for (const AssetKey& key : progress.sent) TRY(handled_.Write(ToNdjson(FailedItem{.asset = key})));
  return CommitWith(std::move(batch), findings);
}

Status RunJournal::Commit(const FileProgress& progress, const std::vector<ObjectLocation>& locations,
                          FindingSink& findings) {
  JournalBatch batch;
  std::map<std::size_t, KeyIntervals> merged;
  for (const KeyRange& range : progress.confirmed) merged[range.location].Add({range.after, range.to});
  for (const auto& [location, keys] : merged) {
    batch.files.push_back(
        {.location = {locations[location].bucket, locations[location].prefix}, .intervals = keys.Intervals()});
  }
  batch.counters.push_back({kFileTotals, ToText(progress.totals)});
  for (const FailedObject& failed : progress.failed) {
    TRY(failed_.Write(ToNdjson(FailedItem{.object = ObjectRef{locations[failed.location].bucket, failed.key},
                                          .document_id = failed.document_id,
                                          .error = failed.error,
                                          .tries = failed.tries})));
  }
  for (const SentObject& sent : progress.sent) {
    TRY(handled_.Write(ToNdjson(FailedItem{.object = ObjectRef{locations[sent.location].bucket, sent.key}})));
  }
  return CommitWith(std::move(batch), findings);
}

Result<std::uint64_t> LoadFailedItems(const fs::path& state_dir, const std::string& id, HandledItems& items) {
  TRY_ASSIGN(const fs::path directory, RunDirectory::Find(state_dir, id));
  TRY_ASSIGN(const JournalContents seen, FileJournal::Read(directory));
  if (!seen.state.ended && FileJournal::InUse(directory)) {
    return std::unexpected(
        MakeError(ErrorCode::kBusy, "run {} is still active: its failed items are not all known yet", id)
            .WithHint("wait until it has ended; `vams-migrate runs` shows it"));
  }
  const auto length = seen.state.side_files.find(kFailedFile);
  std::uint64_t left = length == seen.state.side_files.end() ? 0 : length->second;
  std::uint64_t count = 0;
  TRY(SideFile(directory / kFailedFile).ForEachLine([&](std::string_view line) -> Status {
    if (line.size() + 1 > left) return {};  // not committed
    left -= line.size() + 1;
    TRY_ASSIGN(const FailedItem item, ReadFailedItem(line));
    ++count;
    return item.asset ? items.Add(*item.asset) : items.Add(*item.object);
  }));
  if (count == 0) {
    return std::unexpected(
        MakeError(ErrorCode::kPrecondition, "run {} has no failed item to try again", id)
            .WithHint("`vams-migrate verify` tells what the indexes lack, `verify --repair` sends it"));
  }
  TRY(items.Finish());
  return count;
}

}  // namespace vams
