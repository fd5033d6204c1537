#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "testing/rig/fault_plan.h"
#include "testing/rig/world.h"

namespace vams::rig {

enum class Fault {
  kNone,
  kThrottle,
  kReset,
  kLostReply,
  kTruncate,
  kGarbage,
  kSlowBody,
  kUnavailable,
  kExpired,
  kAccessDenied,
};

// Decides what goes wrong with each request: by a hash of the seed and the number of the request among those of its
// operation, so that the same seed gives the same faults as far as requests arrive in the same order.
class Faults {
 public:
  Faults(FaultPlan plan, std::uint64_t seed) : plan_(std::move(plan)), seed_(seed) {}

  const FaultPlan& plan() const { return plan_; }

  struct Decision {
    Fault fault = Fault::kNone;
    Nanoseconds delay{0};  // of the reply
  };
  // Called once for each request, which `world` has counted already.
  Decision Decide(Operation operation, const Request& request, const World& world, Nanoseconds now);
  // Is the next entry of a PublishBatch to fail? Called once for each.
  bool EntryFails();

  // Are connections refused at this time?
  bool Refuses(const World& world, Nanoseconds now) const;

  // What a `credential_process` prints; the key tells when it was given out.
  std::string Credentials(Nanoseconds now, double valid_seconds);

 private:
  bool InOutage(const World& world, Nanoseconds now) const;
  bool IsExpired(const Request& request, Nanoseconds now) const;
  bool OverLimit(std::uint64_t events, const World& world, Nanoseconds now);
  std::uint64_t Span(Nanoseconds now) const;

  FaultPlan plan_;
  std::uint64_t seed_;
  std::uint64_t entries_ = 0;
  std::uint64_t keys_ = 0;
  double tokens_ = 0;          // of the hidden limit
  Nanoseconds filled_at_{-1};  // -1: never
};

// The reply of an error that the service itself would send.
void AnswerFault(Fault fault, Operation operation, Reply& reply);

}  // namespace vams::rig
