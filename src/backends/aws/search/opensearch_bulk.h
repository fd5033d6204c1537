#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/units.h"
#include "ports/search_index.h"

namespace vams::aws {

struct BulkLimits {
  // 10 MiB: the payload cap of small managed domains (docs/reference/aws-facts.md, section 6). By bytes, not by count
  // alone: one document of 3 MB would make a request of 500 exceed it, and all of it is refused.
  Bytes body{std::uint64_t{10} << 20};
  std::size_t operations = 5000;
};

// One request: NDJSON, and which of the caller's operations its lines are.
struct BulkBody {
  std::string ndjson;
  std::vector<std::size_t> places;
};

struct PackedBulk {
  std::vector<BulkBody> bodies;
  // By place: why an operation is not sent at all. It would be refused alone, or break the request that holds it.
  std::vector<std::optional<Error>> refused;
};

// Packs operations into bodies in the caller's order.
PackedBulk PackBulk(std::span<const BulkOp> ops, const BulkLimits& limits);

}  // namespace vams::aws
