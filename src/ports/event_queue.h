#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"

namespace vams {

struct QueueMessage {
  std::string id;
  std::string receipt;  // of this delivery; a later delivery of the message makes it void
  std::string body;
  std::uint32_t receive_count = 1;
};

// Receives from one queue, at least once each, in no promised order. Safe for concurrent calls.
class EventQueue {
 public:
  virtual ~EventQueue() = default;

  // At most `limit` (> 0) messages, which are hidden from other receivers for `visibility` and come again unless
  // deleted by then. A backend may give fewer than it has (SQS: 10). Empty: nothing visible now. Does not wait.
  virtual Result<std::vector<QueueMessage>> Receive(ItemCount limit, Duration visibility) = 0;

  // Removes delivered messages for good. A receipt that is void (the message was delivered again) is a success that
  // removes nothing. One status for each receipt, in order; no bound on their number.
  virtual Result<std::vector<Status>> Delete(std::span<const std::string> receipts) = 0;

  // Sets aside a message that can never be handled, with the reason; it is not delivered again.
  virtual Status Park(const QueueMessage& message, std::string_view reason) = 0;

  struct Depth {
    std::uint64_t visible = 0;
    std::uint64_t in_flight = 0;
  };
  // Approximate where the service can do no better.
  virtual Result<Depth> ApproximateDepth() = 0;
};

}  // namespace vams
