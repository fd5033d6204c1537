#include "engine/file_flow.h"

#include <algorithm>
#include <utility>

namespace vams {
namespace {

std::vector<std::string> PrefixesOf(const FileFlowSettings& settings) {
  std::vector<std::string> prefixes;
  for (const auto& location : settings.locations) prefixes.push_back(location.prefix);
  return prefixes;
}

PaceLimits OfAllEvents(const FileFlowSettings& settings) {
  return {.most_in_flight = settings.most_in_flight, .most_rate = settings.most_rate, .adapts = false};
}

void Earlier(std::optional<Duration>& at, std::optional<Duration> other) {
  if (other && (!at || *other < *at)) at = other;
}

// When both allow it.
std::optional<Duration> Later(std::optional<Duration> a, std::optional<Duration> b) {
  if (!a || !b) return std::nullopt;
  return std::max(*a, *b);
}

}  // namespace

FileFlow::FileFlow(FileFlowSettings settings, Random01 random)
    : settings_(std::move(settings)),
      random_(std::move(random)),
      listing_(settings_.ranges, PrefixesOf(settings_), settings_.splits && !settings_.limit),
      topics_(settings_.topics, Topic(settings_.publish)),
      list_("S3", settings_.list),
      head_("S3", settings_.head),
      decide_("the tables", settings_.decide),
      events_(OfAllEvents(settings_)),
      totals_(settings_.totals),
      left_(settings_.limit.value_or(UINT64_MAX)) {
  const std::uint64_t before = totals_.published + totals_.failed;
  if (settings_.limit) left_ -= std::min(left_, before);
}

FileTask FileFlow::Begin(decltype(FileTask::what) what, Running running, Duration now) {
  FileTask task{.id = next_id_++, .what = std::move(what)};
  running.started = now;
  running_.emplace(task.id, std::move(running));
  return task;
}

std::optional<FileTask> FileFlow::Next(Duration now) {
  if (auto task = NextCommit(now)) return task;
  if (draining_ || fatal_ || requests_ >= settings_.most_in_flight) return std::nullopt;
  // The pages bound what is held, so what feeds the others comes first: else they would take every request while there
  // is something left for them, and then wait for it in turn.
  if (book_.size() + lists_ <= settings_.most_pages / 2) {
    if (auto task = NextList(now)) return task;
  }
  if (auto task = NextDecide(now)) return task;
  const bool few_heads = settings_.heads < 1;
  if (few_heads) {
    if (auto task = NextHead(now)) return task;
  }
  if (auto task = NextPublish(now)) return task;
  if (!few_heads) {
    if (auto task = NextHead(now)) return task;
  }
  return NextList(now);
}

std::optional<FileTask> FileFlow::NextCommit(Duration now) {
  if (committing_ || !Dirty()) return std::nullopt;
  const bool last = running_.empty() && (draining_ || fatal_ || Exhausted());
  if (!last && now < last_commit_ + settings_.commit_every) return std::nullopt;
  committing_ = true;
  FileProgress progress = std::exchange(progress_, {});
  progress.confirmed = book_.TakeConfirmed();
  progress.totals = totals_;
  return Begin(CommitTask{std::move(progress)}, {}, now);
}

std::optional<FileTask> FileFlow::NextPublish(Duration now) {
  const bool more = Upstream();
  for (std::size_t n = 0; n < topics_.size(); ++n) {
    const std::size_t index = (next_topic_ + n) % topics_.size();
    Topic& topic = topics_[index];
    const auto ready = topic.outbox.ReadyAt(settings_.publish_limits, more);
    if (!ready || *ready > now || !topic.resource.pace().MayStart(now) || !events_.MayStart(now)) continue;
    if (settings_.most_backlog && !topic.blind && topic.allowed == 0) {
      if (topic.asked || (topic.look_at && now < *topic.look_at)) continue;
      topic.asked = true;
      return Begin(BacklogTask{index}, {}, now);
    }
    Running running{.others_done = topic.resource.pace().successes()};
    running.events = topic.outbox.TakeBatch(settings_.publish_limits, more, now);
    PublishTask task{.topic = index, .events = {}};
    task.events.reserve(running.events.size());
    for (Outgoing& outgoing : running.events) task.events.push_back(std::move(outgoing.event));
    const std::size_t units = task.events.size();
    topic.resource.pace().OnStart(now, units);
    events_.OnStart(now, units);
    topic.allowed -= std::min<std::uint64_t>(topic.allowed, units);
    ++publishes_;
    ++requests_;
    next_topic_ = index + 1;
    return Begin(std::move(task), std::move(running), now);
  }
  return std::nullopt;
}

std::optional<FileTask> FileFlow::NextDecide(Duration now) {
  // In the order of the pages where a limit counts them.
  const std::size_t at_once = settings_.limit ? 1 : settings_.decide.most_in_flight;
  if (ready_.empty() || decides_ >= at_once || !decide_.pace().MayStart(now)) return std::nullopt;
  if (decide_again_ && now < *decide_again_) return std::nullopt;
  const PageBook::PageId id = ready_.front();
  ready_.pop_front();
  PageBook::Page& page = book_.at(id);
  DecideTask task{.location = page.location, .entries = {}};
  if (page.unsettled == page.entries.size()) {
    task.entries = std::move(page.entries);
  } else {
    task.entries.reserve(page.unsettled);
    for (std::size_t i = 0; i < page.entries.size(); ++i) {
      if (page.settled[i] == 0) task.entries.push_back(std::move(page.entries[i]));
    }
  }
  page.entries = {};
  decide_.pace().OnStart(now, task.entries.size());
  ++decides_;
  ++requests_;
  return Begin(std::move(task), {.head = {.page = id}}, now);
}

std::optional<FileTask> FileFlow::NextHead(Duration now) {
  if (!head_.pace().MayStart(now)) return std::nullopt;
  Head head{};
  if (!heads_again_.empty() && heads_again_.begin()->first <= now) {
    head = heads_again_.begin()->second;
    heads_again_.erase(heads_again_.begin());
  } else {
    if (heading_.empty()) return std::nullopt;
    PageBook::Page& page = book_.at(heading_.front());
    head = {.page = heading_.front(), .object = page.to_head.back()};
    page.to_head.pop_back();
    if (page.to_head.empty()) heading_.pop_front();
  }
  const PageBook::Page& page = book_.at(head.page);
  HeadTask task{.location = page.location, .key = page.entries[head.object].key};
  head_.pace().OnStart(now, 1);
  ++requests_;
  return Begin(std::move(task), {.others_done = head_.pace().successes(), .head = head}, now);
}

std::optional<FileTask> FileFlow::NextList(Duration now) {
  if (left_ == 0 || listing_.done() || !list_.pace().MayStart(now)) return std::nullopt;
  if (list_again_ && now < *list_again_) return std::nullopt;
  if (book_.size() + lists_ >= settings_.most_pages) return std::nullopt;
  if (settings_.limit && lists_ > 0) return std::nullopt;
  if (const auto location = listing_.NextUncut()) {
    list_.pace().OnStart(now, 1);
    ++lists_;
    ++requests_;
    return Begin(NamesTask{*location}, {}, now);
  }
  // A range is cut where the next steps would otherwise wait for pages.
  const bool starving = ready_.empty() && heading_.empty() && book_.size() < settings_.most_pages / 2;
  const auto request = listing_.Next(starving);
  if (!request) return std::nullopt;
  list_.pace().OnStart(now, 1);
  ++lists_;
  ++requests_;
  return Begin(ListTask{.location = request->location,
                        .after = request->after,
                        .cursor = request->cursor,
                        .looks_up = settings_.lists_look_up},
               {.range = request->range}, now);
}

std::optional<Duration> FileFlow::NextAt() const {
  std::optional<Duration> at;
  if (!committing_ && Dirty()) at = last_commit_ + settings_.commit_every;
  if (draining_ || fatal_ || requests_ >= settings_.most_in_flight) return at;
  const bool more = Upstream();
  for (const Topic& topic : topics_) {
    auto ready = Later(topic.outbox.ReadyAt(settings_.publish_limits, more),
                       Later(topic.resource.pace().StartsAt(), events_.StartsAt()));
    if (settings_.most_backlog && !topic.blind && topic.allowed == 0) {
      if (topic.asked) continue;
      if (topic.look_at) ready = Later(ready, topic.look_at);
    }
    Earlier(at, ready);
  }
  if (!ready_.empty()) Earlier(at, Later(decide_.pace().StartsAt(), decide_again_.value_or(Duration{0})));
  if (!heading_.empty()) Earlier(at, head_.pace().StartsAt());
  if (!heads_again_.empty()) Earlier(at, Later(head_.pace().StartsAt(), heads_again_.begin()->first));
  if (!listing_.done() && left_ > 0 && book_.size() + lists_ < settings_.most_pages) {
    Earlier(at, Later(list_.pace().StartsAt(), list_again_.value_or(Duration{0})));
  }
  return at;
}

bool FileFlow::Upstream() const {
  return left_ > 0 && (!listing_.done() || !heading_.empty() || !ready_.empty() || decides_ > 0 ||
                       !heads_again_.empty() || requests_ > publishes_ + decides_ + lists_);
}

bool FileFlow::Dirty() const {
  return book_.dirty() || !progress_.findings.empty() || !progress_.failed.empty() || !progress_.sent.empty();
}

bool FileFlow::Exhausted() const {
  if (Upstream() || publishes_ > 0) return false;
  return std::ranges::all_of(topics_, [](const Topic& topic) { return topic.outbox.empty(); });
}

bool FileFlow::finished() const {
  return running_.empty() && !(Dirty() && !journal_failed_) && (draining_ || fatal_ || Exhausted());
}

std::size_t FileFlow::waiting() const {
  std::size_t sum = 0;
  for (const Topic& topic : topics_) sum += topic.outbox.size();
  return sum;
}

std::vector<FlowNote> FileFlow::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace vams
