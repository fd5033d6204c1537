#include "backends/aws/events/aws_event_backlog.h"

#include <utility>

namespace vams::aws {
namespace {

// Not to be known for good, as opposed to not now.
bool NobodyTells(const Error& error) {
  return error.code == ErrorCode::kAccessDenied || error.code == ErrorCode::kNotFound ||
         error.code == ErrorCode::kUsage;
}

}  // namespace

AwsEventBacklog::AwsEventBacklog(ClientOfRegion sns_clients, ClientOfRegion sqs_clients, std::string home_region,
                                 const Clock& clock)
    : subscriptions_(std::move(sns_clients)),
      sqs_clients_(std::move(sqs_clients)),
      home_region_(std::move(home_region)),
      clock_(clock) {}

Result<AwsEventBacklog::Queues> AwsEventBacklog::Open(std::string_view topic) {
  TRY_ASSIGN(const auto arns, subscriptions_.QueuesOf(topic));
  Queues queues;
  for (const std::string& arn : arns) {
    TRY_ASSIGN(auto queue, AwsEventQueue::Open(sqs_clients_, home_region_, arn, SqsOptions{}, clock_));
    queues.push_back(std::move(queue));
  }
  return queues;
}

Result<std::optional<ItemCount>> AwsEventBacklog::Behind(std::string_view topic) {
  Queues queues;
  {
    const MutexLock lock(mu_);
    auto known = queues_.find(topic);
    if (known == queues_.end()) {
      auto opened = Open(topic);
      if (!opened && !NobodyTells(opened.error())) return std::unexpected(std::move(opened).error());
      known = queues_.emplace(std::string(topic), opened ? std::move(*opened) : Queues{}).first;
    }
    queues = known->second;
  }
  if (queues.empty()) return std::nullopt;
  ItemCount sum{0};
  for (const auto& queue : queues) {
    auto depth = queue->ApproximateDepth();
    if (!depth && NobodyTells(depth.error())) {
      const MutexLock lock(mu_);
      queues_.insert_or_assign(std::string(topic), Queues{});
      return std::nullopt;
    }
    TRY(depth);
    sum.value += depth->visible + depth->in_flight;
  }
  return sum;
}

}  // namespace vams::aws
