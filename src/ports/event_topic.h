#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace vams {

struct TopicMessage {
  std::string subject;  // under 100 characters, no control characters
  std::string body;     // UTF-8
};

// What one PublishBatch may hold.
struct PublishLimits {
  ItemCount entries;
  Bytes bytes;  // subjects and bodies together
};

// Publishes to topics. Safe for concurrent calls. Never retries.
class EventTopic {
 public:
  virtual ~EventTopic() = default;
  virtual PublishLimits limits() const = 0;

  // Publishes at most limits() messages. One status for each message, in order: success means that the topic has taken
  // it. An error with `retryable` may be sent again. The outer error: the fate of all is unknown or none was taken. No
  // topic: kNotFound. Over the limits: kTooLarge, nothing sent.
  virtual Result<std::vector<Status>> PublishBatch(std::string_view topic, std::span<const TopicMessage> messages) = 0;
};

}  // namespace vams
