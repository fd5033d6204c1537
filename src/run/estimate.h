#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/units.h"

namespace vams {

// What a run would handle.
struct RunVolume {
  std::uint64_t assets = 0;          // touches
  std::uint64_t objects_listed = 0;  // looked at
  std::uint64_t heads = 0;           // HEADs sent by the run itself
  std::uint64_t events = 0;          // published
  std::uint64_t buckets = 0;         // bucket records
  bool verifies = true;              // reads both sides again at the end
};

// Requests of one kind, and what they cost.
struct RequestEstimate {
  std::string what;         // "s3:HeadObject by the run"
  bool downstream = false;  // sent by the deployed functions because of the run (hazard H13)
  std::uint64_t requests = 0;
  double usd = 0;
};

struct RunEstimate {
  std::vector<RequestEstimate> requests;
  double own_usd = 0;
  double downstream_usd = 0;
  std::uint64_t function_seconds = 0;  // of the deployed functions, together; assumed, see kFunctionTimeAssumption
  // Time to send all events and touches at the rate that the settings allow; nullopt: no setting bounds it.
  std::optional<Duration> at_allowed_rate;
};

// What function_seconds and its cost rest on, for people: a function's mean duration tells little, since most of its
// batches hold one event while those of a run are full.
extern const std::string_view kFunctionTimeAssumption;

// By the list prices of us-east-1 in docs/reference/aws-facts.md section 5: an order of magnitude, no bill. Assets
// count as 1 KB. What one event sets off downstream is in docs/reference/deployment-hazards.md, H13.
RunEstimate Estimate(const RunVolume& volume, std::optional<PerSecond> event_rate, std::optional<PerSecond> touch_rate);

}  // namespace vams
