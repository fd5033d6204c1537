#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "engine/file_tasks.h"
#include "engine/page_book.h"
#include "engine/patience.h"
#include "ports/event_topic.h"

namespace vams {

// One event on its way.
struct Outgoing {
  PageBook::PageId page = 0;
  std::size_t object = 0;  // of the page
  std::string document_id;
  FileEvent event{};
  std::uint64_t bytes = 0;  // of its message, at most
  Patience patience{};
  bool alone = false;  // a request that held it was refused as a whole: it goes in one of its own
  Duration not_before{0};
};

// The events of one topic that wait to be sent: new ones in order, and before them those whose time to be tried again
// has come. No I/O.
class Outbox {
 public:
  void Add(Outgoing event, Duration now);
  void Again(Outgoing event);

  // As many as one request takes; none if there are fewer and `more_to_come`, unless the oldest has waited long.
  std::vector<Outgoing> TakeBatch(const PublishLimits& limits, bool more_to_come, Duration now);
  // When TakeBatch may give something without another Add; nullopt: it has nothing.
  std::optional<Duration> ReadyAt(const PublishLimits& limits, bool more_to_come) const;
  std::size_t size() const { return fresh_.size() + again_.size(); }
  bool empty() const { return size() == 0; }

 private:
  std::deque<Outgoing> fresh_;   // not_before: when it was added
  std::vector<Outgoing> again_;  // by not_before, the soonest last
};

}  // namespace vams
