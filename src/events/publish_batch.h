#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/event_topic.h"

namespace vams {

// Messages for one topic that go out together, with what became of each. No I/O and no clock: the driver sends
// Pending() and feeds the answer back, until Done(). One thread.
class PublishBatchState {
 public:
  // `max_tries` (> 0) bounds how often one message is sent.
  PublishBatchState(std::vector<TopicMessage> messages, std::uint32_t max_tries);

  bool Done() const { return pending_.empty(); }
  // What is not settled yet, in the original order; never more than was given.
  std::vector<TopicMessage> Pending() const;
  // The answer to what Pending() gave last: a success settles, a retryable error stays until its tries are used up, any
  // other fails. A message that the answer does not mention stays: its outcome is unknown.
  void OnReply(std::span<const Status> statuses);
  // No answer: the outcome of all is unknown. Stays while `error.retryable` and tries are left.
  void OnLost(const Error& error);

  struct Failure {
    std::size_t index;  // in the original order
    Error error;
    std::uint32_t tries;
  };
  std::size_t published() const { return published_; }
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  void SettleOrKeep(std::size_t index, const Error& error, std::vector<std::size_t>& kept);

  std::vector<TopicMessage> messages_;
  std::vector<std::uint32_t> tries_;
  std::vector<std::size_t> pending_;
  std::vector<Failure> failures_;
  std::size_t published_ = 0;
  std::uint32_t max_tries_;
};

// How many of `messages`, from the first on, fit into one request; 0 only when the first alone is too large.
std::size_t FittingMessages(std::span<const TopicMessage> messages, const PublishLimits& limits);

}  // namespace vams
