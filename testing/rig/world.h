#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "testing/rig/bits.h"
#include "testing/rig/operation.h"
#include "testing/rig/shape.h"

namespace vams::rig {

using Nanoseconds = std::chrono::nanoseconds;  // of a monotonic clock

// What arrived. Everything is exact: counted once, where it takes effect.
struct Counters {
  std::array<std::uint64_t, kOperations> requests{};
  std::array<std::uint64_t, kOperations> throttled{};
  std::array<std::uint64_t, kOperations> faulted{};  // in any other way
  std::uint64_t connections = 0;
  std::uint64_t most_connections = 0;  // at a time
  std::uint64_t open_connections = 0;  //
  std::uint64_t in_flight = 0;         // requests that wait for their reply
  std::uint64_t most_in_flight = 0;    //
  std::uint64_t bad_requests = 0;      // not HTTP as it is spoken here
  std::uint64_t events = 0;            // that took effect, repeated ones included
  std::uint64_t repeated_events = 0;
  std::uint64_t unknown_keys = 0;       // events of no file
  std::uint64_t wrong_topics = 0;       // events to another bucket's topic
  std::uint64_t failed_entries = 0;     // of PublishBatch, by a fault
  std::uint64_t events_of_deleted = 0;  // of files whose asset had been deleted before
  std::uint64_t touches = 0;            // of assets that are there
  std::uint64_t repeated_touches = 0;
  std::uint32_t most_touches = 0;        // of one asset
  std::uint64_t touches_of_deleted = 0;  // refused by their condition
  std::uint64_t refused_updates = 0;     // UpdateItem as the program must not send it
  std::uint64_t edits = 0;               // by the rig itself
  std::uint64_t deletes = 0;             //
  std::uint64_t lost_updates = 0;        // a write undid an edit
  std::uint64_t resurrected = 0;         // a write brought a deleted asset back
  Nanoseconds first_event{0};            // since the first request; 0: there was none
  Nanoseconds last_event{0};
  Nanoseconds first_touch{0};
  Nanoseconds last_touch{0};
  std::vector<std::uint32_t> events_by_second;  // since the first request
};

// The state of the deployment and what became of it. The indexers are taken as instant: a document is there once the
// event of its file, or the touch of its asset, has arrived. One thread.
class World {
 public:
  World(const Deployment& deployment, std::uint64_t seed)
      : deployment_(deployment),
        seed_(seed),
        arrived_(deployment.files()),
        touched_(deployment.assets()),
        dated_(deployment.assets()),
        deleted_(deployment.assets()),
        touches_(deployment.assets()) {}

  const Deployment& deployment() const { return deployment_; }
  std::uint64_t seed() const { return seed_; }

  // Since the first request; 0 before it.
  Nanoseconds SinceFirst(Nanoseconds now) const { return began_ ? now - first_request_ : Nanoseconds{0}; }
  bool began() const { return began_; }
  // Unix, in milliseconds; 0 where there was none.
  std::int64_t first_request_ms() const { return first_request_ms_; }
  void CountRequest(Operation operation, Nanoseconds now);

  // From here on, when is the first request and the first event? Unix, in milliseconds; 0: there was none yet.
  struct SinceMark {
    std::int64_t first_request_ms = 0;
    std::int64_t first_event_ms = 0;
  };
  void Mark() { since_mark_ = {}; }
  const SinceMark& since_mark() const { return since_mark_; }

  void TakeEvent(std::uint64_t file, Nanoseconds now);
  enum class Touched { kDone, kGone };
  Touched Touch(std::uint64_t asset, std::string_view value, Nanoseconds now);
  // Removes the date where the asset has one.
  Touched ClearTouch(std::uint64_t asset);
  // A write of the whole record, whatever was there: the count of edits that its description shows.
  void Overwrite(std::uint64_t asset, std::uint32_t edits_shown, bool dated, Nanoseconds now);

  bool IsDeleted(std::uint64_t asset) const { return deleted_.Has(asset); }
  bool IsDated(std::uint64_t asset) const { return dated_.Has(asset); }
  const std::string& last_date() const { return last_date_; }
  std::uint32_t EditsOf(std::uint64_t asset) const;
  std::uint64_t LivingAssets() const { return deployment_.assets() - deleted_.count(); }

  const Bits& arrived() const { return arrived_; }
  const Bits& touched() const { return touched_; }
  bool HasFileDocument(std::uint64_t file) const;
  bool HasAssetDocument(std::uint64_t asset) const { return touched_.Has(asset) && !deleted_.Has(asset); }

  // The rig's own changes.
  void Edit(std::uint64_t asset);
  void Delete(std::uint64_t asset);

  Counters counters;

 private:
  void CountTouch(std::uint64_t asset, Nanoseconds now);

  const Deployment& deployment_;
  std::uint64_t seed_;
  bool began_ = false;
  Nanoseconds first_request_{0};
  std::int64_t first_request_ms_ = 0;
  SinceMark since_mark_;
  Bits arrived_;
  Bits touched_;  // once or more
  Bits dated_;    // have the attribute that a touch sets
  Bits deleted_;
  std::vector<std::uint8_t> touches_;  // of each asset, up to 255
  std::string last_date_;
  std::unordered_map<std::uint64_t, std::uint32_t> edits_;
};

}  // namespace vams::rig
