// What FileFlow makes of the answers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/file_flow.h"
#include "model/finding.h"

namespace vams {
namespace {

// So many HEADs denied before a single one was allowed: it is not about one object.
constexpr std::uint32_t kDeniedHeads = 50;
// Nor is it when so many answers in a row speak of credentials that ran out; after so long the run ends.
constexpr Duration kExpiredFor = std::chrono::seconds(5);
constexpr std::uint32_t kExpiredTries = 5;  // of one HEAD, while others are answered

// All messages would be refused as this request was.
bool IsOfTheTopic(const Error& error) {
  switch (error.code) {
    case ErrorCode::kAccessDenied:
    case ErrorCode::kExpired:
    case ErrorCode::kNotFound:
    case ErrorCode::kUsage:
    case ErrorCode::kReadOnly:
    case ErrorCode::kNoSpace:
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo: return true;
    default: return false;
  }
}

template <class T>
std::optional<Error> ErrorIn(const Result<T>& answer) {
  return answer ? std::nullopt : std::optional(answer.error());
}

}  // namespace

void FileFlow::OnDone(FileTask task, FileAnswer answer, Duration now) {
  const auto at = running_.find(task.id);
  Running running = std::move(at->second);
  running_.erase(at);
  if (auto* list = std::get_if<ListTask>(&task.what)) {
    OnList(*list, std::get<Result<ListAnswer>>(answer), running, now);
  } else if (const auto* names = std::get_if<NamesTask>(&task.what)) {
    OnNames(*names, std::get<Result<NamesAnswer>>(answer), running, now);
  } else if (std::holds_alternative<HeadTask>(task.what)) {
    OnHead(std::get<Result<HeadAnswer>>(answer), running, now);
  } else if (auto* decide = std::get_if<DecideTask>(&task.what)) {
    OnDecide(*decide, std::get<Result<DecideAnswer>>(answer), running, now);
  } else if (auto* publish = std::get_if<PublishTask>(&task.what)) {
    OnPublish(*publish, std::get<Result<PublishAnswer>>(answer), running, now);
  } else if (auto* backlog = std::get_if<BacklogTask>(&task.what)) {
    OnBacklog(*backlog, std::get<Result<BacklogAnswer>>(answer), now);
  } else {
    OnCommit(std::get<Result<Committed>>(answer), now);
  }
}

FailureClass FileFlow::Feed(Resource& resource, const Error& error, Duration started, std::size_t units, Duration now,
                            std::size_t delivered) {
  const FailureClass cls = resource.OnFailure(error, now, started, units, notes_, delivered);
  throttled_ += cls == FailureClass::kThrottled;
  return cls;
}

void FileFlow::FailBucket(std::size_t location, Error error) {
  const std::size_t bucket = settings_.locations[location].bucket;
  for (std::size_t i = 0; i < settings_.locations.size(); ++i) {
    if (settings_.locations[i].bucket == bucket) listing_.Drop(i);
  }
  notes_.push_back(
      {.kind = FlowNote::Kind::kBucketFailed, .resource = "S3", .index = bucket, .error = std::move(error)});
}

void FileFlow::OnList(ListTask& task, Result<ListAnswer>& answer, const Running& running, Duration now) {
  --lists_;
  --requests_;
  const std::size_t range = running.range;
  if (const auto error = ErrorIn(answer)) {
    listing_.OnFailure(range);
    const FailureClass cls = Feed(list_, *error, running.started, 1, now);
    if (error->code == ErrorCode::kExpired) {
      fatal_ = *error;
      return;
    }
    const std::uint32_t unreadable = cls == FailureClass::kUnreadable ? ++unreadable_lists_[range] : 0;
    if (cls == FailureClass::kRefused || unreadable >= settings_.most_tries) return FailBucket(task.location, *error);
    list_again_ = now + FlowBackoff(unreadable, random_());
    return;
  }
  unreadable_lists_.erase(range);
  list_.OnDone(now, running.started, 1, notes_);
  auto page = listing_.OnPage(range, std::move(answer->entries), std::move(answer->next));
  if (!page) return;
  const bool empty = page->entries.empty();
  const PageBook::PageId id = book_.Add(std::move(*page), [this] {
    return settings_.heads >= 1 || (settings_.heads > 0 && random_() < settings_.heads);
  });
  if (empty) return;
  if (book_.at(id).heads_left > 0) {
    heading_.push_back(id);
  } else {
    ready_.push_back(id);
  }
}

// Asked once, beside the first page: without the names the location is cut as its pages come.
void FileFlow::OnNames(const NamesTask& task, Result<NamesAnswer>& answer, const Running& running, Duration now) {
  --lists_;
  --requests_;
  if (const auto error = ErrorIn(answer)) {
    Feed(list_, *error, running.started, 1, now);
    return;
  }
  list_.OnDone(now, running.started, 1, notes_);
  listing_.Cut(task.location, std::move(*answer), settings_.list.most_in_flight);
}

void FileFlow::OnHead(Result<HeadAnswer>& answer, const Running& running, Duration now) {
  --requests_;
  Head head = running.head;
  PageBook::Page& page = book_.at(head.page);
  const auto error = ErrorIn(answer);
  if (error) {
    const FailureClass cls = Feed(head_, *error, running.started, 1, now);
    const bool others_succeeded = head_.pace().successes() > running.others_done;
    // Of these a HEAD does not say which: credentials that ran out on the way, or an object that needs its own key.
    const bool expired = error->code == ErrorCode::kExpired;
    if (expired && expired_heads_++ == 0) expired_since_ = now;
    const bool of_all = expired && expired_heads_ >= kDeniedHeads;
    if (of_all && now - expired_since_ >= kExpiredFor) {
      fatal_ = *error;
      return;
    }
    const bool again = expired ? of_all || ++head.expired < kExpiredTries
                               : head.patience.OnFailure(cls, others_succeeded, now, settings_.most_tries);
    if (again) {
      heads_again_.emplace(now + FlowBackoff(head.failures(), random_()), head);
      return;
    }
    if (error->code == ErrorCode::kAccessDenied && head_.pace().successes() == 0 && ++denied_heads_ >= kDeniedHeads) {
      fatal_ = *error;
    }
  }
  const bool is_last = --page.heads_left == 0;
  if (error) {
    SettleFailed(head.page, head.object, "", *error, head.failures());
  } else {
    head_.OnDone(now, running.started, 1, notes_);
    expired_heads_ = 0;
    page.entries[head.object].head = std::move(*answer);
  }
  if (is_last && book_.has(head.page)) ready_.push_back(head.page);
}

void FileFlow::OnDecide(DecideTask& task, Result<DecideAnswer>& answer, const Running& running, Duration now) {
  --decides_;
  --requests_;
  const PageBook::PageId id = running.head.page;
  PageBook::Page& page = book_.at(id);
  if (const auto error = ErrorIn(answer)) {
    const FailureClass cls = Feed(decide_, *error, running.started, task.entries.size(), now);
    unreadable_decides_ = cls == FailureClass::kUnreadable ? unreadable_decides_ + 1 : 0;
    if (cls == FailureClass::kRefused || unreadable_decides_ >= settings_.most_tries) {
      fatal_ = *error;
      return;
    }
    // Back to where they were, so that they are decided first.
    page.entries.resize(page.settled.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < page.settled.size(); ++i) {
      if (page.settled[i] == 0) page.entries[i] = std::move(task.entries[next++]);
    }
    ready_.push_front(id);
    decide_again_ = now + FlowBackoff(unreadable_decides_, random_());
    return;
  }
  unreadable_decides_ = 0;
  decide_.OnDone(now, running.started, task.entries.size(), notes_);
  std::ranges::move(answer->findings, std::back_inserter(progress_.findings));
  std::vector<std::size_t> open;
  open.reserve(answer->objects.size());
  for (std::size_t i = 0; i < page.settled.size(); ++i) {
    if (page.settled[i] == 0) open.push_back(i);
  }
  for (std::size_t n = 0; n < open.size() && left_ > 0; ++n) {
    SettleDecided(id, open[n], std::move(task.entries[n]), std::move(answer->objects[n]), now);
  }
}

void FileFlow::SettleDecided(PageBook::PageId page, std::size_t object, ObjectEntry entry, Decided decided,
                             Duration now) {
  switch (decided.kind) {
    case Decided::Kind::kFailed: return SettleFailed(page, object, std::move(decided.document_id), *decided.error, 1);
    case Decided::Kind::kSkipped: ++totals_.skipped[decided.cause]; break;
    case Decided::Kind::kWithheld: ++totals_.withheld[decided.cause]; break;
    case Decided::Kind::kNotSelected: break;
    case Decided::Kind::kPublish:
      --left_;
      if (!settings_.dry_run) {
        const std::size_t location = book_.at(page).location;
        FileEvent event{.location = location,
                        .key = std::move(entry.key),
                        .size = entry.size,
                        .last_modified = entry.last_modified,
                        .etag = std::move(entry.etag),
                        .version_id = std::move(decided.version_id)};
        topics_[settings_.locations[location].topic].outbox.Add({.page = page,
                                                                 .object = object,
                                                                 .document_id = std::move(decided.document_id),
                                                                 .event = std::move(event),
                                                                 .bytes = decided.bytes},
                                                                now);
        return;
      }
      ++totals_.published;
      break;
  }
  ++totals_.scanned;
  book_.Settle(page, object);
}

void FileFlow::SettleFailed(PageBook::PageId page, std::size_t object, std::string document_id, Error error,
                            std::uint32_t tries) {
  ++totals_.scanned;
  ++totals_.failed;
  progress_.failed.push_back({.location = book_.at(page).location,
                              .key = book_.KeyOf(page, object),
                              .document_id = std::move(document_id),
                              .error = std::move(error),
                              .tries = tries});
  book_.Settle(page, object);
}

void FileFlow::Retry(Outgoing event, const Error& error, FailureClass cls, std::uint64_t others_done, Topic& topic,
                     Duration now) {
  const bool others_succeeded = topic.resource.pace().successes() > others_done;
  if (!event.patience.OnFailure(cls, others_succeeded, now, settings_.most_tries)) {
    return SettleFailed(event.page, event.object, std::move(event.document_id), error, event.patience.failures());
  }
  event.not_before = now + FlowBackoff(event.patience.failures(), random_());
  topic.outbox.Again(std::move(event));
}

void FileFlow::OnPublish(PublishTask& task, Result<PublishAnswer>& answer, Running& running, Duration now) {
  --requests_;
  --publishes_;
  std::vector<Outgoing>& events = running.events;
  Topic& topic = topics_[task.topic];
  events_.OnRefused();  // it is there for the rate alone
  for (std::size_t i = 0; i < events.size(); ++i) events[i].event = std::move(task.events[i]);
  if (const auto error = ErrorIn(answer)) {
    const FailureClass cls = Feed(topic.resource, *error, running.started, events.size(), now);
    if (cls == FailureClass::kRefused && IsOfTheTopic(*error)) {
      fatal_ = *error;
      return;
    }
    const bool apart = cls == FailureClass::kRefused && events.size() > 1;
    for (Outgoing& event : events) {
      if (apart) {
        event.alone = true;
        event.not_before = now;
        topic.outbox.Again(std::move(event));
      } else {
        Retry(std::move(event), *error, cls, running.others_done, topic, now);
      }
    }
    return;
  }
  const auto done =
      static_cast<std::size_t>(std::ranges::count_if(*answer, [](const Status& s) { return s.has_value(); }));
  const auto is_throttled = [](const Status& s) { return !s && ClassOf(s.error()) == FailureClass::kThrottled; };
  const auto throttled = std::ranges::find_if(*answer, is_throttled);
  if (throttled != answer->end()) {
    const auto refused = static_cast<std::size_t>(std::ranges::count_if(*answer, is_throttled));
    Feed(topic.resource, throttled->error(), running.started, refused, now, done);
  } else {
    topic.resource.OnDone(now, running.started, done, notes_);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    Outgoing& event = events[i];
    // An entry that the answer does not mention has an unknown fate.
    const Status said = i < answer->size()
                            ? (*answer)[i]
                            : Status(std::unexpected(Error{.code = ErrorCode::kBadReply,
                                                           .message = "the answer does not mention the event",
                                                           .retryable = true}));
    if (!said) {
      Retry(std::move(event), said.error(), ClassOf(said.error()), running.others_done, topic, now);
      continue;
    }
    ++totals_.scanned;
    ++totals_.published;
    if (settings_.tells_sent) {
      progress_.sent.push_back({book_.at(event.page).location, book_.KeyOf(event.page, event.object)});
    }
    book_.Settle(event.page, event.object);
  }
}

void FileFlow::OnBacklog(const BacklogTask& task, const Result<BacklogAnswer>& answer, Duration now) {
  Topic& topic = topics_[task.topic];
  topic.asked = false;
  topic.look_at = now + settings_.backlog_every;
  // A depth that cannot be read must not end the run: the publishing itself tells what is wrong.
  if (!answer) {
    topic.allowed = std::max<std::uint64_t>(1, *settings_.most_backlog);
    return;
  }
  if (!*answer) {
    topic.blind = true;
    notes_.push_back({.kind = FlowNote::Kind::kNoBacklog, .resource = "the topic", .index = task.topic});
    return;
  }
  const std::uint64_t waiting = (*answer)->value;
  topic.allowed = waiting > *settings_.most_backlog ? 0 : std::max<std::uint64_t>(1, *settings_.most_backlog - waiting);
  // What was allowed is to be used before it is looked at again.
  if (topic.allowed > 0) topic.look_at.reset();
}

void FileFlow::OnCommit(Result<Committed>& answer, Duration now) {
  committing_ = false;
  last_commit_ = now;
  if (answer) return;
  journal_failed_ = true;
  fatal_ = answer.error();
}

}  // namespace vams
