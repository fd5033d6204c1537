#include "events/publish_batch.h"

#include <numeric>

namespace vams {

PublishBatchState::PublishBatchState(std::vector<TopicMessage> messages, std::uint32_t max_tries)
    : messages_(std::move(messages)),
      tries_(messages_.size(), 0),
      pending_(messages_.size()),
      max_tries_(max_tries == 0 ? 1 : max_tries) {
  std::iota(pending_.begin(), pending_.end(), std::size_t{0});
}

std::vector<TopicMessage> PublishBatchState::Pending() const {
  std::vector<TopicMessage> out;
  out.reserve(pending_.size());
  for (const std::size_t index : pending_) out.push_back(messages_[index]);
  return out;
}

void PublishBatchState::SettleOrKeep(std::size_t index, const Error& error, std::vector<std::size_t>& kept) {
  if (++tries_[index] < max_tries_ && error.retryable) {
    kept.push_back(index);
  } else {
    failures_.push_back({index, error, tries_[index]});
  }
}

void PublishBatchState::OnReply(std::span<const Status> statuses) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const std::size_t index = pending_[i];
    if (i >= statuses.size()) {
      Error unmentioned = MakeError(ErrorCode::kBadReply, "the answer does not mention this message");
      unmentioned.retryable = true;
      SettleOrKeep(index, unmentioned, kept);
    } else if (statuses[i]) {
      ++tries_[index];
      ++published_;
    } else {
      SettleOrKeep(index, statuses[i].error(), kept);
    }
  }
  pending_ = std::move(kept);
}

void PublishBatchState::OnLost(const Error& error) {
  std::vector<std::size_t> kept;
  for (const std::size_t index : pending_) SettleOrKeep(index, error, kept);
  pending_ = std::move(kept);
}

std::size_t FittingMessages(std::span<const TopicMessage> messages, const PublishLimits& limits) {
  std::size_t n = 0;
  std::uint64_t bytes = 0;
  for (const TopicMessage& message : messages) {
    bytes += message.subject.size() + message.body.size();
    if (n == limits.entries.value || bytes > limits.bytes.value) break;
    ++n;
  }
  return n;
}

}  // namespace vams
