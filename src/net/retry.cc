#include "net/retry.h"

#include <algorithm>

namespace vams {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kLongestPause = seconds(20);
constexpr Duration kMostOnTop = seconds(5);  // that x-amz-retry-after may add to the computed pause

bool IsDynamoDb(Service service) { return service == Service::kDynamoDb || service == Service::kDynamoDbStreams; }

}  // namespace

int MaxAttempts(const RetryOptions& options, Service service) {
  if (options.max_attempts > 0) return options.max_attempts;
  return IsDynamoDb(service) ? 4 : 3;
}

Duration Backoff(const TryOutcome& outcome, Service service, int attempt, double random) {
  const bool throttled = outcome.kind == TryOutcome::Kind::kThrottled;
  Duration base = throttled ? Duration(seconds(1)) : Duration(milliseconds(50));
  if (!throttled && IsDynamoDb(service)) base = milliseconds(25);
  // 2^20 times any base is past the longest pause.
  const Duration longest = std::min(base * (std::int64_t{1} << std::min(attempt - 1, 20)), kLongestPause);
  Duration pause{static_cast<std::int64_t>(random * static_cast<double>(longest.count()))};
  if (outcome.retry_after_hint) pause = std::max(pause, std::min(*outcome.retry_after_hint, pause + kMostOnTop));
  // A server that says in plain HTTP how long is obeyed as far as the longest pause goes: more is for the caller to
  // wait.
  if (outcome.retry_after) pause = std::max(pause, std::min(*outcome.retry_after, kLongestPause));
  return pause;
}

bool RetryQuota::Take(int cost) {
  MutexLock lock(mu_);
  if (tokens_ < cost) return false;
  tokens_ -= cost;
  return true;
}

void RetryQuota::Put(int tokens) {
  MutexLock lock(mu_);
  tokens_ = std::min(kCapacity, tokens_ + tokens);
}

int RetryQuota::left() const {
  MutexLock lock(mu_);
  return tokens_;
}

}  // namespace vams
