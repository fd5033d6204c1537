#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/stop.h"
#include "base/units.h"
#include "model/object.h"
#include "ports/bucket_table.h"
#include "ports/object_store.h"

namespace vams {

// A part of a bucket in which assets lie.
struct ObjectLocation {
  std::string bucket;
  std::string prefix;  // normalised: "" is the whole bucket, else it ends in '/'
  auto operator<=>(const ObjectLocation&) const = default;
};

struct LocationPlan {
  std::vector<ObjectLocation> locations;      // disjoint, by bucket and prefix
  std::vector<std::string> unusable_records;  // bucket ids of records without a bucket name
  // "bucket, prefix 'as stored'" of records that bucket sync cannot find by their prefix (SyncFindsPrefix).
  std::vector<std::string> hidden_from_sync;
};

// The places that the buckets table names. A place that lies inside another one is left out, so that no object is met
// twice.
Result<LocationPlan> PlanLocations(BucketTable& buckets);

// Hands over every current object of `location` in pages, by key. `narrow_to` is a further start of the key ("" none).
// Ends early, with success, when `stop` is raised or `take` answers false.
Status ListObjects(ObjectStore& store, const ObjectLocation& location, const std::string& narrow_to, ItemCount page,
                   const StopFlag& stop, const std::function<Result<bool>(std::vector<ObjectEntry>)>& take);

}  // namespace vams
