#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/rate_limiter.h"
#include "base/result.h"
#include "base/stop.h"
#include "ports/event_topic.h"

namespace vams {

struct PublishedBatch {
  std::size_t published = 0;
  std::uint64_t requests = 0;
  std::uint64_t throttled = 0;
  struct Failure {
    std::size_t index;  // of the message that was given
    Error error;
    std::uint32_t tries;
  };
  std::vector<Failure> failures;
};

struct PublishPolicy {
  std::uint32_t max_tries = 5;
  Duration first_pause = std::chrono::milliseconds(50);  // doubles with each try
  Duration longest_pause = std::chrono::seconds(5);
};

// Sends messages of one topic in as few requests as the topic allows, each message until it is confirmed, refused or
// out of tries. `pace` may be null; with it a request holds no more than may go at once. `stop` ends the trying: what
// is unsettled then counts as failed, and what the pace still held back is in no figure. Safe for concurrent calls.
PublishedBatch PublishAll(EventTopic& topic, const std::string& topic_name, std::vector<TopicMessage> messages,
                          const PublishPolicy& policy, RateLimiter* pace, Clock& clock, const StopFlag& stop);

}  // namespace vams
