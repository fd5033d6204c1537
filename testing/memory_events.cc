#include <algorithm>

#include "testing/memory_deployment.h"

namespace vams {
namespace {

constexpr const char* kShard = "shard-0";
constexpr PublishLimits kLimits{ItemCount{10}, Bytes{262144}};

class MemoryChangeStream final : public ChangeStream {
 public:
  explicit MemoryChangeStream(MemoryState& state) : state_(state) {}

  Result<std::vector<std::string>> Shards() override { return std::vector<std::string>{kShard}; }

  Result<ChangePage> Read(const std::string& shard, const std::optional<Cursor>& from, ItemCount limit) override {
    if (shard != kShard) return Fail(ErrorCode::kNotFound, "there is no shard '{}'", shard);
    const MutexLock lock(state_.mu);
    ChangePage page;
    std::size_t at = from ? std::stoul(from->token) : 0;
    for (; at < state_.changes.size() && page.records.size() < limit.value; ++at) {
      page.records.push_back(state_.changes[at]);
    }
    page.next = Cursor{std::to_string(at)};
    return page;
  }

  Result<std::optional<Cursor>> LoadCheckpoint(const std::string& consumer, const std::string&) override {
    const MutexLock lock(state_.mu);
    const auto it = state_.checkpoints.find(consumer);
    if (it == state_.checkpoints.end()) return std::nullopt;
    return Cursor{std::to_string(it->second)};
  }

  Status SaveCheckpoint(const std::string& consumer, const std::string&, const Cursor& position) override {
    const MutexLock lock(state_.mu);
    std::uint64_t& at = state_.checkpoints[consumer];
    at = std::max(at, std::uint64_t{std::stoul(position.token)});
    return {};
  }

  Result<std::optional<ItemCount>> Backlog(const std::string& consumer) override {
    const MutexLock lock(state_.mu);
    const auto it = state_.checkpoints.find(consumer);
    return ItemCount{state_.changes.size() - (it == state_.checkpoints.end() ? 0 : it->second)};
  }

  Status Park(const ChangeRecord&, std::string_view reason) override {
    const MutexLock lock(state_.mu);
    state_.parked_changes.emplace_back(reason);
    return {};
  }

 private:
  MemoryState& state_;
};

class MemoryEventQueue final : public EventQueue {
 public:
  explicit MemoryEventQueue(MemoryState& state) : state_(state) {}

  Result<std::vector<QueueMessage>> Receive(ItemCount limit, Duration visibility) override {
    const MutexLock lock(state_.mu);
    std::vector<QueueMessage> messages;
    const Duration now = state_.clock.Elapsed();
    for (MemoryState::Message& m : state_.queue) {
      if (messages.size() == limit.value) break;
      if (m.delivery != 0 && m.visible_at > now) continue;
      m.delivery = state_.next_id++;
      m.visible_at = now + visibility;
      ++m.receive_count;
      messages.push_back(
          {.id = m.id, .receipt = std::to_string(m.delivery), .body = m.body, .receive_count = m.receive_count});
    }
    return messages;
  }

  Result<std::vector<Status>> Delete(std::span<const std::string> receipts) override {
    const MutexLock lock(state_.mu);
    for (const std::string& receipt : receipts) {
      std::erase_if(state_.queue, [&](const MemoryState::Message& m) { return std::to_string(m.delivery) == receipt; });
    }
    return std::vector<Status>(receipts.size());
  }

  Status Park(const QueueMessage& message, std::string_view reason) override {
    const MutexLock lock(state_.mu);
    const auto gone = std::erase_if(state_.queue, [&](const MemoryState::Message& m) { return m.id == message.id; });
    if (gone > 0) state_.parked_messages.emplace_back(message.body, reason);
    return {};
  }

  Result<Depth> ApproximateDepth() override {
    const MutexLock lock(state_.mu);
    Depth depth;
    const Duration now = state_.clock.Elapsed();
    for (const MemoryState::Message& m : state_.queue) {
      ++(m.delivery != 0 && m.visible_at > now ? depth.in_flight : depth.visible);
    }
    return depth;
  }

 private:
  MemoryState& state_;
};

class MemoryEventTopic final : public EventTopic {
 public:
  explicit MemoryEventTopic(MemoryState& state) : state_(state) {}

  PublishLimits limits() const override { return kLimits; }

  Result<std::vector<Status>> PublishBatch(std::string_view topic, std::span<const TopicMessage> messages) override {
    const MutexLock lock(state_.mu);
    if (!state_.topics.contains(topic)) return Fail(ErrorCode::kNotFound, "there is no topic '{}'", topic);
    std::uint64_t bytes = 0;
    for (const TopicMessage& m : messages) bytes += m.subject.size() + m.body.size();
    if (messages.size() > kLimits.entries.value || bytes > kLimits.bytes.value) {
      return Fail(ErrorCode::kTooLarge, "the batch is over the limits of the topic");
    }
    for (const TopicMessage& m : messages) {
      state_.queue.push_back({.id = std::to_string(state_.next_id++), .body = m.body});
    }
    return std::vector<Status>(messages.size());
  }

 private:
  MemoryState& state_;
};

class MemoryParameters final : public Parameters {
 public:
  explicit MemoryParameters(MemoryState& state) : state_(state) {}

  Result<std::vector<std::optional<std::string>>> GetMany(std::span<const std::string> names) override {
    const MutexLock lock(state_.mu);
    std::vector<std::optional<std::string>> values;
    for (const std::string& name : names) {
      const auto it = state_.parameters.find(name);
      values.push_back(it == state_.parameters.end() ? std::nullopt : std::optional(it->second));
    }
    return values;
  }

 private:
  MemoryState& state_;
};

}  // namespace

std::unique_ptr<ChangeStream> MakeMemoryChangeStream(MemoryState& state) {
  return std::make_unique<MemoryChangeStream>(state);
}
std::unique_ptr<EventQueue> MakeMemoryEventQueue(MemoryState& state) {
  return std::make_unique<MemoryEventQueue>(state);
}
std::unique_ptr<EventTopic> MakeMemoryEventTopic(MemoryState& state) {
  return std::make_unique<MemoryEventTopic>(state);
}
std::unique_ptr<Parameters> MakeMemoryParameters(MemoryState& state) {
  return std::make_unique<MemoryParameters>(state);
}

}  // namespace vams
