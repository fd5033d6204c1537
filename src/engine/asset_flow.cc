#include "engine/asset_flow.h"

#include <algorithm>
#include <utility>

namespace vams {
namespace {

constexpr const char* kTable = "the asset table";

bool IsOfTheTable(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kAccessDenied ||
         error.code == ErrorCode::kExpired || error.code == ErrorCode::kUsage || error.code == ErrorCode::kReadOnly ||
         error.code == ErrorCode::kNoSpace;
}

void Earlier(std::optional<Duration>& at, std::optional<Duration> other) {
  if (other && (!at || *other < *at)) at = other;
}

}  // namespace

AssetFlow::AssetFlow(AssetFlowSettings settings, Random01 random)
    : settings_(std::move(settings)),
      random_(std::move(random)),
      segments_(std::max<std::uint32_t>(settings_.segments, 1)),
      scan_(kTable, settings_.scan),
      touch_(kTable, settings_.touch),
      totals_(settings_.totals),
      confirmed_(settings_.totals),
      taken_(settings_.totals.settled()),
      left_(settings_.limit.value_or(UINT64_MAX)) {
  if (settings_.limit) left_ -= std::min(left_, taken_);
  for (const SegmentProgress& begun : settings_.begun) {
    SegmentState& segment = segments_[begun.segment];
    segment.cursor = segment.settled = begun.cursor;
    segment.skip_to = begun.after;
    if (begun.done) segment.state = SegmentState::State::kDone;
  }
}

AssetTask AssetFlow::Begin(decltype(AssetTask::what) what, Running running, Duration now) {
  AssetTask task{.id = next_id_++, .what = std::move(what)};
  running.started = now;
  running_.emplace(task.id, std::move(running));
  return task;
}

std::optional<AssetTask> AssetFlow::Next(Duration now) {
  if (auto task = NextCommit(now)) return task;
  if (draining_ || fatal_ || requests_ >= settings_.most_in_flight) return std::nullopt;
  if (auto task = NextTouch(now)) return task;
  return NextScan(now);
}

std::optional<AssetTask> AssetFlow::NextCommit(Duration now) {
  if (committing_ || !dirty_) return std::nullopt;
  const bool last = running_.empty() && (draining_ || fatal_ || Exhausted());
  if (!last && now < last_commit_ + settings_.commit_every) return std::nullopt;
  committing_ = true;
  dirty_ = false;
  AssetProgress progress = std::exchange(progress_, {});
  for (std::uint32_t i = 0; i < segments_.size(); ++i) {
    SegmentState& segment = segments_[i];
    if (!std::exchange(segment.moved, false)) continue;
    SegmentProgress moved{.segment = i, .cursor = segment.settled};
    moved.done = segment.state == SegmentState::State::kDone && segment.pages.empty();
    if (!segment.pages.empty() && segment.pages.front().first_open > 0) {
      moved.after = segment.pages.front().keys[segment.pages.front().first_open - 1];
    }
    progress.segments.push_back(std::move(moved));
  }
  progress.totals = confirmed_;
  return Begin(AssetCommitTask{std::move(progress)}, {}, now);
}

std::optional<AssetTask> AssetFlow::NextTouch(Duration now) {
  if (!touch_.pace().MayStart(now)) return std::nullopt;
  const bool due = !again_.empty() && again_.begin()->first <= now;
  if (!due && waiting_ == 0) return std::nullopt;
  // A request is filled while more records are on their way.
  const bool more = scans_ > 0 && held_ < settings_.most_held / 2;
  if (!due && waiting_ < settings_.keys_per_touch && more) return std::nullopt;
  Running running{.others_done = touch_.pace().successes()};
  while (running.records.size() < settings_.keys_per_touch && !again_.empty() && again_.begin()->first <= now) {
    running.records.push_back(std::move(again_.begin()->second));
    again_.erase(again_.begin());
  }
  while (running.records.size() < settings_.keys_per_touch && waiting_ > 0) {
    SegmentState& segment = segments_[next_segment_ % segments_.size()];
    const auto index = static_cast<std::uint32_t>(next_segment_++ % segments_.size());
    if (segment.waiting.empty()) continue;
    const SegmentState::Place place = segment.waiting.front();
    const Page& page = segment.pages[place.page - segment.first_page];
    running.records.push_back({.key = page.keys[place.index], .segment = index, .place = place});
    segment.waiting.pop_front();
    --waiting_;
  }
  TouchTask task;
  for (Pending& record : running.records) task.keys.push_back(std::move(record.key));
  touch_.pace().OnStart(now, task.keys.size());
  ++requests_;
  return Begin(std::move(task), std::move(running), now);
}

std::optional<AssetTask> AssetFlow::NextScan(Duration now) {
  if (left_ == 0 || held_ >= settings_.most_held || !scan_.pace().MayStart(now)) return std::nullopt;
  if (scan_again_ && now < *scan_again_) return std::nullopt;
  if (settings_.limit && scans_ > 0) return std::nullopt;
  // The one that has the fewest records waiting, so that all of them go on.
  SegmentState* chosen = nullptr;
  for (SegmentState& segment : segments_) {
    // One record that takes long must not make the segment run ahead of what it can confirm.
    if (segment.state != SegmentState::State::kIdle || segment.pages.size() >= settings_.most_pages) continue;
    if (chosen == nullptr || segment.waiting.size() < chosen->waiting.size()) chosen = &segment;
  }
  if (chosen == nullptr) return std::nullopt;
  chosen->state = SegmentState::State::kAsked;
  scan_.pace().OnStart(now, 1);
  ++scans_;
  ++requests_;
  const auto index = static_cast<std::uint32_t>(chosen - segments_.data());
  return Begin(ScanTask{.segment = {index, static_cast<std::uint32_t>(segments_.size())}, .from = chosen->cursor}, {},
               now);
}

std::optional<Duration> AssetFlow::NextAt() const {
  std::optional<Duration> at;
  if (!committing_ && dirty_) at = last_commit_ + settings_.commit_every;
  if (draining_ || fatal_ || requests_ >= settings_.most_in_flight) return at;
  if (const auto starts = touch_.pace().StartsAt()) {
    if (waiting_ > 0) Earlier(at, starts);
    if (!again_.empty()) Earlier(at, std::max(*starts, again_.begin()->first));
  }
  const bool idle = std::ranges::any_of(segments_, [&](const SegmentState& s) {
    return s.state == SegmentState::State::kIdle && s.pages.size() < settings_.most_pages;
  });
  if (const auto starts = scan_.pace().StartsAt(); starts && idle && left_ > 0 && held_ < settings_.most_held) {
    Earlier(at, std::max(*starts, scan_again_.value_or(Duration{0})));
  }
  return at;
}

void AssetFlow::OnDone(AssetTask task, AssetAnswer answer, Duration now) {
  const auto at = running_.find(task.id);
  Running running = std::move(at->second);
  running_.erase(at);
  if (auto* scan = std::get_if<ScanTask>(&task.what)) {
    OnScan(*scan, std::get<Result<ScanAnswer>>(answer), running, now);
  } else if (auto* touch = std::get_if<TouchTask>(&task.what)) {
    OnTouch(*touch, std::get<Result<TouchAnswer>>(answer), running, now);
  } else {
    committing_ = false;
    last_commit_ = now;
    const auto& committed = std::get<Result<AssetCommitted>>(answer);
    if (committed) return;
    journal_failed_ = true;
    fatal_ = Fatal{.error = committed.error()};
  }
}

bool AssetFlow::MayPass(Resource& resource, const Error& error, Duration started, std::size_t units, Duration now) {
  const FailureClass cls = resource.OnFailure(error, now, started, units, notes_);
  throttled_ += cls == FailureClass::kThrottled;
  return cls != FailureClass::kRefused;
}

void AssetFlow::OnScan(const ScanTask& task, Result<ScanAnswer>& answer, const Running& running, Duration now) {
  --scans_;
  --requests_;
  SegmentState& segment = segments_[task.segment.index];
  segment.state = SegmentState::State::kIdle;
  if (!answer) {
    const bool unreadable = ClassOf(answer.error()) == FailureClass::kUnreadable;
    segment.unreadable = unreadable ? segment.unreadable + 1 : 0;
    if (!MayPass(scan_, answer.error(), running.started, 1, now) || segment.unreadable >= settings_.most_tries) {
      fatal_ = Fatal{.error = answer.error(), .reading = true};
    }
    scan_again_ = now + FlowBackoff(segment.unreadable, random_());
    return;
  }
  segment.unreadable = 0;
  scan_.OnDone(now, running.started, 1, notes_);
  totals_.invalid += answer->invalid.size();
  if (const auto skip_to = std::exchange(segment.skip_to, std::nullopt)) {
    const auto at = std::ranges::find(answer->keys, *skip_to);
    if (at != answer->keys.end()) answer->keys.erase(answer->keys.begin(), at + 1);
  }
  const std::size_t keys = std::min<std::uint64_t>(answer->keys.size(), left_);
  Page page{.invalid = std::move(answer->invalid), .cut = keys < answer->keys.size(), .next = answer->next};
  answer->keys.resize(keys);
  page.keys = std::move(answer->keys);
  page.fates.assign(keys, settings_.dry_run ? Fate::kTouched : Fate::kOpen);
  left_ -= keys;
  taken_ += keys;
  if (settings_.dry_run) {
    totals_.touched += keys;
  } else {
    held_ += keys;
    waiting_ += keys;
    const std::uint64_t number = segment.first_page + segment.pages.size();
    for (std::size_t i = 0; i < keys; ++i) segment.waiting.push_back({number, i});
  }
  segment.pages.push_back(std::move(page));
  segment.cursor = std::move(answer->next);
  if (!segment.cursor) segment.state = SegmentState::State::kDone;
  dirty_ = true;
  MoveOn(segment);
}

void AssetFlow::OnTouch(TouchTask& task, Result<TouchAnswer>& answer, Running& running, Duration now) {
  --requests_;
  std::vector<Pending>& records = running.records;
  for (std::size_t i = 0; i < records.size(); ++i) records[i].key = std::move(task.keys[i]);
  const auto first_failure = [&]() -> const Error* {
    if (!answer) return &answer.error();
    for (const auto& outcome : *answer) {
      if (!outcome) return &outcome.error();
    }
    return nullptr;
  }();
  const auto done = static_cast<std::size_t>(
      answer ? std::ranges::count_if(*answer, [](const auto& outcome) { return outcome.has_value(); }) : 0);
  if (done > 0 || first_failure == nullptr) {
    touch_.OnDone(now, running.started, done, notes_);
  } else if (!MayPass(touch_, *first_failure, running.started, records.size(), now) && IsOfTheTable(*first_failure)) {
    fatal_ = Fatal{.error = *first_failure};
    return;
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    Result<TouchOutcome> outcome = TouchOutcome::kDone;
    if (!answer) {
      outcome = std::unexpected(answer.error());
    } else if (i < answer->size()) {
      outcome = (*answer)[i];
    } else {
      outcome = Fail(ErrorCode::kBadReply, "the answer does not mention the record");
    }
    OnTouched(std::move(records[i]), outcome, running.others_done, now);
  }
}

void AssetFlow::OnTouched(Pending record, const Result<TouchOutcome>& outcome, std::uint64_t others_done,
                          Duration now) {
  if (!outcome) {
    const FailureClass cls = ClassOf(outcome.error());
    const bool others_succeeded = touch_.pace().successes() > others_done;
    if (record.patience.OnFailure(cls, others_succeeded, now, settings_.most_tries)) {
      const Duration at = now + FlowBackoff(record.patience.failures(), random_());
      again_.emplace(at, std::move(record));
      return;
    }
    ++totals_.failed;
    SegmentState& segment = segments_[record.segment];
    segment.pages[record.place.page - segment.first_page].failed.emplace(
        record.place.index,
        FailedAsset{.key = std::move(record.key), .error = outcome.error(), .tries = record.patience.failures()});
    return Settle(record.segment, record.place, Fate::kFailed);
  }
  const bool gone = *outcome == TouchOutcome::kGone;
  ++(gone ? totals_.gone : totals_.touched);
  Settle(record.segment, record.place, gone ? Fate::kGone : Fate::kTouched);
}

void AssetFlow::Settle(std::uint32_t index, SegmentState::Place place, Fate fate) {
  --held_;
  SegmentState& segment = segments_[index];
  segment.pages[place.page - segment.first_page].fates[place.index] = fate;
  dirty_ = true;
  MoveOn(segment);
}

void AssetFlow::MoveOn(SegmentState& segment) {
  while (!segment.pages.empty()) {
    Page& page = segment.pages.front();
    while (page.first_open < page.fates.size() && page.fates[page.first_open] != Fate::kOpen) {
      Confirm(page, page.first_open++);
      segment.moved = true;
    }
    if (page.first_open < page.fates.size()) return;
    confirmed_.invalid += page.invalid.size();
    std::ranges::move(std::exchange(page.invalid, {}), std::back_inserter(progress_.findings));
    if (page.cut) return;
    if (page.next) segment.settled = std::move(page.next);
    segment.pages.pop_front();
    ++segment.first_page;
    segment.moved = true;
  }
}

void AssetFlow::Confirm(Page& page, std::size_t index) {
  switch (page.fates[index]) {
    case Fate::kOpen: break;
    case Fate::kTouched:
      ++confirmed_.touched;
      if (settings_.tells_sent && !settings_.dry_run) progress_.sent.push_back(page.keys[index]);
      break;
    case Fate::kGone:
      ++confirmed_.gone;
      progress_.gone.push_back(page.keys[index]);
      break;
    case Fate::kFailed:
      ++confirmed_.failed;
      progress_.failed.push_back(std::move(page.failed.at(index)));
      break;
  }
}

bool AssetFlow::Exhausted() const {
  if (waiting_ > 0 || !again_.empty() || requests_ > 0) return false;
  return left_ == 0 ||
         std::ranges::all_of(segments_, [](const SegmentState& s) { return s.state == SegmentState::State::kDone; });
}

bool AssetFlow::finished() const {
  return running_.empty() && (!dirty_ || journal_failed_) && (draining_ || fatal_ || Exhausted());
}

std::vector<FlowNote> AssetFlow::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace vams
