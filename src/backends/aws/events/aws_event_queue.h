#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/aws/events/parked_messages.h"
#include "backends/aws/regional_clients.h"
#include "base/clock.h"
#include "ports/event_queue.h"

namespace vams::aws {

struct SqsOptions {
  // Where messages go that can never be handled, as parked-<queue>.ndjson. "": Park is kUsage.
  std::filesystem::path parked_directory{};
};

// One queue of SQS. Receive gives at most 10 messages a call and, as SQS does, may find none though a few are there.
class AwsEventQueue final : public EventQueue {
 public:
  // `queue`: its URL or ARN. Asks SQS for the URL where an ARN is given; kNotFound: no such queue. kUsage: neither URL
  // nor ARN. `clock` outlives the queue.
  static Result<std::unique_ptr<AwsEventQueue>> Open(ClientOfRegion clients, const std::string& home_region,
                                                     std::string_view queue, const SqsOptions& options,
                                                     const Clock& clock);

  // `visibility`: at most 12 hours, else kInvalid; parts of a second count as a whole one.
  Result<std::vector<QueueMessage>> Receive(ItemCount limit, Duration visibility) override;
  Result<std::vector<Status>> Delete(std::span<const std::string> receipts) override;
  // The message is deleted only after it has reached the disk; an error after that leaves it in both places.
  Status Park(const QueueMessage& message, std::string_view reason) override;
  Result<Depth> ApproximateDepth() override;

 private:
  AwsEventQueue(std::shared_ptr<const AwsClient> client, std::string url, std::string arn,
                std::optional<ParkedMessages> parked, const Clock& clock);
  Result<std::vector<Status>> DeleteBatch(std::span<const std::string> receipts);

  const std::shared_ptr<const AwsClient> client_;
  const std::string url_;
  const std::string arn_;
  const std::optional<ParkedMessages> parked_;
  const Clock& clock_;
};

}  // namespace vams::aws
