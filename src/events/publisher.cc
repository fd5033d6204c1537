#include "events/publisher.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/pause.h"
#include "events/publish_batch.h"

namespace vams {
namespace {

// The least that a paced request holds, so that a low rate does not send every event alone.
constexpr std::size_t kPacedRequest = 10;

bool IsThrottle(const Error& error) { return error.code == ErrorCode::kThrottled; }

// Sends what fits one request until it is settled; failures are numbered from `offset`.
void PublishOneRequest(EventTopic& topic, const std::string& topic_name, std::vector<TopicMessage> messages,
                       std::size_t offset, const PublishPolicy& policy, Clock& clock, const StopFlag& stop,
                       PublishedBatch& result) {
  PublishBatchState state(std::move(messages), policy.max_tries);
  Duration pause = policy.first_pause;
  while (!state.Done()) {
    const auto reply = topic.PublishBatch(topic_name, state.Pending());
    ++result.requests;
    if (reply) {
      result.throttled += std::ranges::any_of(*reply, [](const Status& s) { return !s && IsThrottle(s.error()); });
      state.OnReply(*reply);
    } else {
      result.throttled += IsThrottle(reply.error());
      state.OnLost(reply.error());
    }
    if (state.Done()) break;
    if (stop.requested()) {
      state.OnLost(MakeError(ErrorCode::kCancelled, "stopped before it was confirmed"));
      break;
    }
    SleepUnlessStopped(clock, stop, pause);
    pause = std::min(pause * 2, policy.longest_pause);
  }
  result.published += state.published();
  for (const auto& failure : state.failures()) {
    result.failures.push_back({offset + failure.index, failure.error, failure.tries});
  }
}

}  // namespace

PublishedBatch PublishAll(EventTopic& topic, const std::string& topic_name, std::vector<TopicMessage> messages,
                          const PublishPolicy& policy, RateLimiter* pace, Clock& clock, const StopFlag& stop) {
  PublishedBatch result;
  const PublishLimits limits = topic.limits();
  for (std::size_t offset = 0; offset < messages.size();) {
    std::size_t fitting = FittingMessages(std::span(messages).subspan(offset), limits);
    if (fitting == 0) {
      result.failures.push_back(
          {offset++, MakeError(ErrorCode::kTooLarge, "the event is larger than a request may be"), 0});
      continue;
    }
    if (pace != nullptr) {
      fitting = std::min(fitting, std::max(kPacedRequest, static_cast<std::size_t>(pace->burst().value)));
      SleepUnlessStopped(clock, stop, pace->Acquire(ItemCount{fitting}));
      if (stop.requested()) break;
    }
    const auto begin = messages.begin() + static_cast<std::ptrdiff_t>(offset);
    const auto end = begin + static_cast<std::ptrdiff_t>(fitting);
    PublishOneRequest(topic, topic_name, {std::make_move_iterator(begin), std::make_move_iterator(end)}, offset, policy,
                      clock, stop, result);
    offset += fitting;
  }
  return result;
}

}  // namespace vams
