#pragma once

#include <memory>
#include <string>

#include "backends/embedded/vams_directory.h"
#include "ports/event_queue.h"

namespace vams::embedded {

class SqliteEventQueue final : public EventQueue {
 public:
  // kNotFound: there is no such queue.
  static Result<std::unique_ptr<SqliteEventQueue>> Open(std::shared_ptr<VamsDirectory> directory,
                                                        std::string_view name);

  Result<std::vector<QueueMessage>> Receive(ItemCount limit, Duration visibility) override;
  Result<std::vector<Status>> Delete(std::span<const std::string> receipts) override;
  Status Park(const QueueMessage& message, std::string_view reason) override;
  Result<Depth> ApproximateDepth() override;

  // Removes every message.
  Status Purge();

 private:
  SqliteEventQueue(std::shared_ptr<VamsDirectory> directory, std::int64_t queue)
      : directory_(std::move(directory)), queue_(queue) {}
  // How many of the queue's messages are hidden now.
  Result<std::int64_t> InFlight(Connection& c, std::int64_t now) const;

  std::shared_ptr<VamsDirectory> directory_;
  const std::int64_t queue_;
};

}  // namespace vams::embedded
