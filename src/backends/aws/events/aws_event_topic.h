#pragma once

#include "backends/aws/regional_clients.h"
#include "ports/event_topic.h"

namespace vams::aws {

// SNS. A topic is its ARN, and lies in the region that the ARN names. Messages that SNS would refuse are refused here,
// each alone, so that the others of the batch are sent. A topic of kind FIFO is kUsage: events of S3 cannot go there.
class AwsEventTopic final : public EventTopic {
 public:
  explicit AwsEventTopic(ClientOfRegion clients);

  PublishLimits limits() const override;
  // A reply that cannot be read, or that is lost, leaves the fate of all unknown: a retryable error.
  Result<std::vector<Status>> PublishBatch(std::string_view topic, std::span<const TopicMessage> messages) override;

 private:
  RegionalClients clients_;
};

}  // namespace vams::aws
