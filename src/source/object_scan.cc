#include "source/object_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "documents/hazards.h"

namespace vams {

namespace {

std::string StoredPlace(const BucketRecord& record) {
  if (!record.base_prefix) return fmt::format("{}, without a prefix", record.bucket_name);
  return fmt::format("{}, prefix '{}'", record.bucket_name, *record.base_prefix);
}

}  // namespace

Result<LocationPlan> PlanLocations(BucketTable& buckets) {
  std::set<ObjectLocation> named;
  LocationPlan plan;
  std::optional<Cursor> cursor;
  do {
    TRY_ASSIGN(BucketPage page, buckets.Scan(cursor, ItemCount{1000}));
    for (const BucketRecord& record : page.items) {
      if (record.bucket_name.empty()) {
        plan.unusable_records.push_back(record.bucket_id);
      } else {
        named.insert({record.bucket_name, NormalisedPrefix(record.base_prefix)});
        if (!SyncFindsPrefix(record.base_prefix)) plan.hidden_from_sync.push_back(StoredPlace(record));
      }
    }
    cursor = std::move(page.next);
  } while (cursor);
  // In order, a place comes right before those inside it.
  for (const ObjectLocation& place : named) {
    const bool inside = !plan.locations.empty() && plan.locations.back().bucket == place.bucket &&
                        place.prefix.starts_with(plan.locations.back().prefix);
    if (!inside) plan.locations.push_back(place);
  }
  return plan;
}

Status ListObjects(ObjectStore& store, const ObjectLocation& location, const std::string& narrow_to,
                   ItemCount page_size, const StopFlag& stop,
                   const std::function<Result<bool>(std::vector<ObjectEntry>)>& take) {
  std::string prefix = location.prefix;
  if (narrow_to.starts_with(prefix)) {
    prefix = narrow_to;
  } else if (!prefix.starts_with(narrow_to)) {
    return {};
  }
  std::optional<Cursor> cursor;
  do {
    if (stop.requested()) return {};
    TRY_ASSIGN(ObjectPage page, store.List(location.bucket, prefix, cursor, page_size));
    cursor = std::move(page.next);
    if (page.entries.empty()) continue;
    TRY_ASSIGN(const bool more, take(std::move(page.entries)));
    if (!more) return {};
  } while (cursor);
  return {};
}

}  // namespace vams
