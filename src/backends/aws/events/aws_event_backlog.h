#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/aws/events/aws_event_queue.h"
#include "backends/aws/events/aws_subscriptions.h"
#include "base/mutex.h"
#include "ports/event_backlog.h"

namespace vams::aws {

// The depth of the SQS queues that are subscribed to a topic. Which queues these are is asked once for each topic.
class AwsEventBacklog final : public EventBacklog {
 public:
  // `clock` outlives it.
  AwsEventBacklog(ClientOfRegion sns_clients, ClientOfRegion sqs_clients, std::string home_region, const Clock& clock);

  // A refusal (sns:ListSubscriptionsByTopic, sqs:GetQueueAttributes) is nullopt, and not asked for again.
  Result<std::optional<ItemCount>> Behind(std::string_view topic) override;

 private:
  using Queues = std::vector<std::shared_ptr<AwsEventQueue>>;
  Result<Queues> Open(std::string_view topic);

  AwsSubscriptions subscriptions_;
  const ClientOfRegion sqs_clients_;
  const std::string home_region_;
  const Clock& clock_;
  Mutex mu_;
  std::map<std::string, Queues, std::less<>> queues_ GUARDED_BY(mu_);  // none: nobody tells
};

}  // namespace vams::aws
