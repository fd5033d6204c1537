#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/rig/operation.h"

namespace vams::rig {

// What goes wrong, and how often. Shares are of all requests (of `operations`, where there are any), 0 to 1.
struct FaultPlan {
  double latency_ms = 0;  // of every reply
  double jitter_ms = 0;   // up to so much more
  double throttle = 0;
  double reset = 0;       // before anything is done: the connection is reset
  double lost_reply = 0;  // done, then the connection is reset
  double truncate = 0;    // the body is cut, the connection closed
  double garbage = 0;     // 200 with a body of nothing
  double slow_body = 0;   // in pieces, over slow_ms
  double slow_ms = 500;
  double partial = 0;           // of PublishBatch's entries, InternalError without a fault of the sender
  double expired_every_s = 0;   // keys of GET /_rig/credentials that were given out in an earlier such span are expired
  double outage_from_s = 0;     // since the first request
  double outage_for_s = 0;      // 0: there is none
  bool outage_refuses = false;  // connections are refused, instead of 503
  double edits_per_s = 0;       // the rig edits an attribute of some asset
  double deletes_per_s = 0;     // the rig deletes the record of some asset
  double changes_for_s = 0;     // since the first request; 0: without end
  std::vector<std::pair<double, double>> sns_limit;  // since the first request in seconds: events a second
  std::vector<Operation> operations;                 // which the shares are of; none: all
  std::vector<Operation> access_denied;
  std::string table_gone;  // "assets", "buckets", "metadata", "links" or "versions"
};

// From JSON with these names; what is not named is as above. An error says which member is wrong.
std::expected<FaultPlan, std::string> ReadFaultPlan(std::string_view json);

}  // namespace vams::rig
