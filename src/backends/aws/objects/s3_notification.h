#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vams::aws {

// A topic that a bucket notifies, and of what.
struct TopicNotification {
  std::string topic;  // ARN
  std::vector<std::string> events;
  // Only of keys that begin and end so; "" is any.
  std::string prefix;
  std::string suffix;

  // Is the topic told of at least one way to create an object?
  bool OfCreated() const;
};

// The topics of a reply of GetBucketNotificationConfiguration, in its order. Queues, functions and EventBridge are no
// topics and are left out. kBadReply with what is wrong for anything but a whole configuration.
Result<std::vector<TopicNotification>> ReadNotifications(std::string_view body);

}  // namespace vams::aws
