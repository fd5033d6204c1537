#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "model/object.h"
#include "ports/object_store.h"
#include "run/state/handled_items.h"
#include "source/object_scan.h"

namespace vams {

// The order in which HandledItems gives the objects of locations.
bool ComesBefore(const ObjectLocation& a, const ObjectLocation& b);

// The objects of a replay as if they were listed: location by location, with their heads. Locations are disjoint and
// asked for in the order of ComesBefore, each until it has no more. One thread at a time.
class ReplayObjects {
 public:
  // `items` gives the objects in order. `elsewhere` is told of each that lies in none of the locations.
  ReplayObjects(HandledItems& items, ObjectStore& store, std::function<void(const ObjectRef&)> elsewhere)
      : items_(items), store_(store), elsewhere_(std::move(elsewhere)) {}

  struct Page {
    std::vector<ObjectEntry> entries;  // without a head where it could not be told, or the object is gone
    bool more = false;
  };
  // The next ones that lie in `location`. Failure: nothing consumed.
  Result<Page> Next(const ObjectLocation& location);
  // Once the last location is done: what is left lies elsewhere.
  Status Finish();

 private:
  Result<bool> Peek();

  HandledItems& items_;
  ObjectStore& store_;
  const std::function<void(const ObjectRef&)> elsewhere_;
  std::optional<ObjectRef> peeked_;
  std::vector<ObjectRef> taken_;  // for the page that is being made
};

}  // namespace vams
