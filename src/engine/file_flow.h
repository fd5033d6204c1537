#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "engine/file_tasks.h"
#include "engine/flow_note.h"
#include "engine/listing.h"
#include "engine/outbox.h"
#include "engine/page_book.h"
#include "engine/patience.h"
#include "engine/resource.h"

namespace vams {

struct FileFlowSettings {
  struct Location {
    std::string prefix;
    std::size_t bucket = 0;
    std::size_t topic = 0;
  };
  std::vector<Location> locations{};
  std::size_t topics = 0;
  std::vector<KeyRange> ranges{};  // what is to be done
  FileTotals totals{};             // of earlier parts of this run

  PublishLimits publish_limits{ItemCount{10}, Bytes{262144}};
  PaceLimits list{};
  PaceLimits head{};
  PaceLimits decide{};
  PaceLimits publish{};                  // of each topic
  std::optional<PerSecond> most_rate{};  // events a second, of all topics together
  std::size_t most_in_flight = 256;      // requests, of all kinds together
  std::size_t most_pages = 12;           // worked on at once: what memory is made of
  double heads = 1;                      // of the objects: whose heads are asked for before they are decided on
  bool splits = true;
  bool lists_look_up = false;  // as of ListTask
  bool dry_run = false;
  bool tells_sent = false;
  std::optional<std::uint64_t> limit{};         // events at most
  std::optional<std::uint64_t> most_backlog{};  // events behind a topic
  Duration backlog_every = std::chrono::seconds(1);
  std::uint32_t most_tries = 20;  // of one object, while others succeed
  Duration commit_every = std::chrono::milliseconds(100);
};

// The one place that decides what the file phase does next: lists, looks at objects, decides, publishes, commits, tries
// again, holds back, gives up. It does nothing itself: whoever drives it takes tasks from Next, carries them out in any
// order and as many at once as there are, and brings each back by OnDone. No I/O, no clock, no thread: one seed and one
// order of answers give one run.
class FileFlow {
 public:
  FileFlow(FileFlowSettings settings, Random01 random);

  // What is to be begun now; nullopt: nothing at the moment.
  std::optional<FileTask> Next(Duration now);
  // When to ask again although no task has come back; nullopt: not before one has.
  std::optional<Duration> NextAt() const;
  void OnDone(FileTask task, FileAnswer answer, Duration now);
  // Begins nothing any more but to commit what was settled.
  void Drain() { draining_ = true; }
  // Nothing is under way and nothing will be.
  bool finished() const;

  // The error that ended the flow early: permanent and of all objects, or of the journal.
  const std::optional<Error>& fatal() const { return fatal_; }
  const FileTotals& totals() const { return totals_; }
  std::uint64_t throttled() const { return throttled_; }
  std::vector<FlowNote> TakeNotes();
  // Events in memory: bounded by most_pages.
  std::size_t waiting() const;

 private:
  struct Topic {
    explicit Topic(const PaceLimits& limits) : resource("the topic", limits) {}
    Outbox outbox;
    Resource resource;
    std::uint64_t allowed = 0;  // events until the backlog is looked at again
    std::optional<Duration> look_at;
    bool asked = false;
    bool blind = false;
  };
  struct Head {
    PageBook::PageId page = 0;
    std::size_t object = 0;
    Patience patience{};
    std::uint32_t expired = 0;  // tries that were refused for credentials
    std::uint32_t failures() const { return patience.failures() + expired; }
  };
  struct Running {
    Duration started{0};
    std::uint64_t others_done = 0;   // of a HEAD or publish: requests to its resource that had succeeded when it began
    std::size_t range = 0;           // of a list
    Head head{};                     // of a HEAD; its page also of a decision
    std::vector<Outgoing> events{};  // of a publish; what they tell travels with the task
  };

  FileTask Begin(decltype(FileTask::what) what, Running running, Duration now);
  std::optional<FileTask> NextCommit(Duration now);
  std::optional<FileTask> NextPublish(Duration now);
  std::optional<FileTask> NextDecide(Duration now);
  std::optional<FileTask> NextHead(Duration now);
  std::optional<FileTask> NextList(Duration now);

  void OnList(ListTask& task, Result<ListAnswer>& answer, const Running& running, Duration now);
  void OnNames(const NamesTask& task, Result<NamesAnswer>& answer, const Running& running, Duration now);
  void OnHead(Result<HeadAnswer>& answer, const Running& running, Duration now);
  void OnDecide(DecideTask& task, Result<DecideAnswer>& answer, const Running& running, Duration now);
  void OnPublish(PublishTask& task, Result<PublishAnswer>& answer, Running& running, Duration now);
  void OnBacklog(const BacklogTask& task, const Result<BacklogAnswer>& answer, Duration now);
  void OnCommit(Result<Committed>& answer, Duration now);

  FailureClass Feed(Resource& resource, const Error& error, Duration started, std::size_t units, Duration now,
                    std::size_t delivered = 0);
  void Retry(Outgoing event, const Error& error, FailureClass cls, std::uint64_t others_done, Topic& topic,
             Duration now);
  void SettleDecided(PageBook::PageId page, std::size_t object, ObjectEntry entry, Decided decided, Duration now);
  void SettleFailed(PageBook::PageId page, std::size_t object, std::string document_id, Error error,
                    std::uint32_t tries);
  void FailBucket(std::size_t location, Error error);
  bool Upstream() const;
  bool Dirty() const;
  bool Exhausted() const;

  const FileFlowSettings settings_;
  const Random01 random_;
  Listing listing_;
  PageBook book_;
  std::vector<Topic> topics_;
  Resource list_;
  Resource head_;
  Resource decide_;
  Pace events_;  // the person's rate, over all topics

  std::unordered_map<std::uint64_t, Running> running_;
  std::uint64_t next_id_ = 0;
  std::size_t requests_ = 0;  // of running_, those that go to a service
  std::size_t lists_ = 0;     // and look-ups of names
  std::size_t decides_ = 0;
  std::size_t publishes_ = 0;
  std::size_t next_topic_ = 0;

  std::deque<PageBook::PageId> heading_;  // have heads to be asked for
  std::deque<PageBook::PageId> ready_;    // to be decided
  std::multimap<Duration, Head> heads_again_;
  std::optional<Duration> list_again_;
  std::optional<Duration> decide_again_;
  std::map<std::size_t, std::uint32_t> unreadable_lists_;  // in a row, by range
  std::uint32_t unreadable_decides_ = 0;                   // in a row
  std::uint32_t denied_heads_ = 0;                         // in a row, with none allowed before
  std::uint32_t expired_heads_ = 0;                        // answers in a row
  Duration expired_since_{0};

  FileProgress progress_;
  FileTotals totals_;
  std::uint64_t throttled_ = 0;
  std::uint64_t left_;
  bool committing_ = false;
  bool journal_failed_ = false;
  Duration last_commit_{0};
  bool draining_ = false;
  std::optional<Error> fatal_;
  std::vector<FlowNote> notes_;
};

}  // namespace vams
