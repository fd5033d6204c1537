#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "net/adaptive_limiter.h"
#include "net/http.h"

// When, how often and how long after a failure to try again; docs/reference/aws-facts.md section 2 is the source of
// every number here.
namespace vams {

// The two modes of the AWS SDKs. Adaptive also limits the rate once a service throttles.
enum class RetryMode { kStandard, kAdaptive };

struct RetryOptions {
  RetryMode mode = RetryMode::kStandard;
  int max_attempts = 0;  // the first try included; 0 is the SDKs' default: 4 for DynamoDB, 3 for others
};
int MaxAttempts(const RetryOptions& options, Service service);

// What came of one try, as far as trying again goes.
struct TryOutcome {
  enum class Kind {
    kDone,
    kFailed,       // for good
    kThrottled,    // again, after a long pause
    kTransient,    // again, after a short one
    kAgainAtOnce,  // what was wrong has been put right: a clock offset, fresh credentials
  };
  Kind kind = Kind::kDone;
  bool may_have_been_applied = false;
  std::optional<Duration> retry_after_hint{};  // x-amz-retry-after
  std::optional<Duration> retry_after{};       // Retry-After
};

// Pause before the try after number `attempt` (from 1). `random` in [0, 1).
Duration Backoff(const TryOutcome& outcome, Service service, int attempt, double random);

// A purse that all calls of a client share, so that a service that is down is not asked over and over by all of them.
class RetryQuota {
 public:
  static constexpr int kCapacity = 500;
  static constexpr int kTransientCost = 14;
  static constexpr int kThrottledCost = 5;
  bool Take(int cost);
  void Put(int tokens);
  int left() const;

 private:
  mutable Mutex mu_;
  int tokens_ GUARDED_BY(mu_) = kCapacity;
};

// How long a call goes on once its tries are used up, since its first failure. A service that says "slow down" is
// there; so is one that has answered before, and a person who has run for hours would rather wait for it than begin
// again. Safe for concurrent use.
class RetryPatience {
 public:
  static constexpr Duration kLongestPause = std::chrono::seconds(5);
  explicit RetryPatience(Duration throttled = Duration{0}) : throttled_(throttled) {}
  void SetUnanswered(Duration longest) { unanswered_.store(longest); }
  // Of a call to a service that has `answered` before.
  bool Lasts(bool throttled, bool answered, Duration failing_for) const {
    const Duration unanswered = answered ? unanswered_.load() : Duration{0};
    return failing_for < (throttled ? std::max(throttled_, unanswered) : unanswered);
  }

 private:
  const Duration throttled_;
  std::atomic<Duration> unanswered_{Duration{0}};
};

// One failed try that will be repeated, for counters and logs.
struct TriedAgain {
  const Call& call;
  int attempt;  // the one that failed, from 1
  bool throttled;
  bool beyond = false;  // the tries are used up: from here on it is patience
  Duration pause{0};
};

// What the calls of one client share.
struct RetryClient {
  RetryOptions options{};
  Random01 random{};
  std::function<bool(Duration)> sleep{};  // false: stopped, do not try again
  std::function<void(const TriedAgain&)> on_retry{};
  std::unique_ptr<AdaptiveLimiter> limiter{};  // of the adaptive mode
  RetryQuota quota{};
  const Clock* clock = nullptr;                     // of the patience
  std::shared_ptr<const RetryPatience> patience{};  // null: none
  std::atomic<bool> answered{false};                // it ever has
};

// The one retry loop. `one_try(attempt)` sends exactly once and returns what came of it; `judge(result)` says what that
// means. Whether: by outcome, idempotency, attempts, quota and patience. How long: Backoff. How to wait: client.sleep.
template <class OneTry, class Judge>
std::invoke_result_t<OneTry&, int> Retry(RetryClient& client, const Call& call, Idempotency idempotency,
                                         OneTry&& one_try, Judge&& judge) {
  using Kind = TryOutcome::Kind;
  const int max_attempts = MaxAttempts(client.options, call.service);
  int last_cost = 0;
  int put_right = 0;
  std::optional<Duration> failing_since;
  for (int attempt = 1;; ++attempt) {
    if (client.limiter != nullptr) {
      const Duration wait = client.limiter->Acquire();
      // A stop before the first try is found by the try itself, which has an outcome to give.
      if (wait > Duration{0}) static_cast<void>(client.sleep(wait));
    }
    auto result = one_try(attempt);
    const TryOutcome outcome = judge(result);
    if (client.limiter != nullptr) client.limiter->OnReply(outcome.kind == Kind::kThrottled);
    if (outcome.kind == Kind::kDone) {
      client.answered.store(true, std::memory_order_relaxed);
      client.quota.Put(last_cost == 0 ? 1 : last_cost);
      return result;
    }
    if (outcome.kind == Kind::kFailed) return result;
    if (outcome.kind == Kind::kAgainAtOnce) {
      // Once for a clock and once for credentials; a third time nothing has been put right.
      if (++put_right > 2) return result;
      --attempt;
      continue;
    }
    if (idempotency == Idempotency::kNo && outcome.may_have_been_applied) return result;
    const bool throttled = outcome.kind == Kind::kThrottled;
    const int cost = throttled ? RetryQuota::kThrottledCost : RetryQuota::kTransientCost;
    const bool beyond = attempt >= max_attempts || !client.quota.Take(cost);
    if (!beyond) last_cost = cost;
    if (client.patience != nullptr && !failing_since) failing_since = client.clock->Elapsed();
    if (beyond && (client.patience == nullptr ||
                   !client.patience->Lasts(throttled, client.answered, client.clock->Elapsed() - *failing_since))) {
      return result;
    }
    Duration pause = Backoff(outcome, call.service, attempt, client.random());
    // Whoever waits for a service wants to know soon that it is there again.
    if (beyond && !throttled) pause = std::min(pause, RetryPatience::kLongestPause);
    if (client.on_retry) {
      client.on_retry({.call = call, .attempt = attempt, .throttled = throttled, .beyond = beyond, .pause = pause});
    }
    if (!client.sleep(pause)) return result;
  }
}

}  // namespace vams
