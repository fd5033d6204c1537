#pragma once

#include <memory>

#include "backends/embedded/vams_directory.h"
#include "ports/event_topic.h"

namespace vams::embedded {

// Puts each message into every queue that is subscribed to the topic, in one transaction; raw delivery: the body alone.
class SqliteEventTopic final : public EventTopic {
 public:
  explicit SqliteEventTopic(std::shared_ptr<VamsDirectory> directory) : directory_(std::move(directory)) {}

  PublishLimits limits() const override;
  Result<std::vector<Status>> PublishBatch(std::string_view topic, std::span<const TopicMessage> messages) override;

 private:
  std::shared_ptr<VamsDirectory> directory_;
};

}  // namespace vams::embedded
