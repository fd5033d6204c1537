#include "testing/rig/world.h"

#include <algorithm>
#include <limits>

namespace vams::rig {
namespace {

std::int64_t UnixMilliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

void World::CountRequest(Operation operation, Nanoseconds now) {
  ++counters.requests[static_cast<std::size_t>(operation)];
  if (since_mark_.first_request_ms == 0) since_mark_.first_request_ms = UnixMilliseconds();
  if (began_) return;
  began_ = true;
  first_request_ = now;
  first_request_ms_ = UnixMilliseconds();
}

void World::TakeEvent(std::uint64_t file, Nanoseconds now) {
  ++counters.events;
  if (!arrived_.Set(file)) ++counters.repeated_events;
  if (deleted_.count() > 0 && deleted_.Has(deployment_.AssetOfFile(deployment_.PlaceOf(file)))) {
    ++counters.events_of_deleted;
  }
  if (since_mark_.first_event_ms == 0) since_mark_.first_event_ms = UnixMilliseconds();
  counters.last_event = SinceFirst(now);
  if (counters.events == 1) counters.first_event = counters.last_event;
  const auto second = static_cast<std::size_t>(SinceFirst(now) / std::chrono::seconds(1));
  if (counters.events_by_second.size() <= second) counters.events_by_second.resize(second + 1);
  ++counters.events_by_second[second];
}

void World::CountTouch(std::uint64_t asset, Nanoseconds now) {
  counters.last_touch = SinceFirst(now);
  if (++counters.touches == 1) counters.first_touch = counters.last_touch;
  if (!touched_.Set(asset)) ++counters.repeated_touches;
  if (touches_[asset] < std::numeric_limits<std::uint8_t>::max()) ++touches_[asset];
  counters.most_touches = std::max<std::uint32_t>(counters.most_touches, touches_[asset]);
}

World::Touched World::Touch(std::uint64_t asset, std::string_view value, Nanoseconds now) {
  if (deleted_.Has(asset)) {
    ++counters.touches_of_deleted;
    return Touched::kGone;
  }
  CountTouch(asset, now);
  dated_.Set(asset);
  last_date_ = value;
  return Touched::kDone;
}

World::Touched World::ClearTouch(std::uint64_t asset) {
  return !deleted_.Has(asset) && dated_.Unset(asset) ? Touched::kDone : Touched::kGone;
}

void World::Overwrite(std::uint64_t asset, std::uint32_t edits_shown, bool dated, Nanoseconds now) {
  if (deleted_.Unset(asset)) {
    ++counters.resurrected;
    edits_[asset] = edits_shown;
  } else if (edits_shown < EditsOf(asset)) {
    ++counters.lost_updates;
    edits_[asset] = edits_shown;
  }
  CountTouch(asset, now);
  if (dated) {
    dated_.Set(asset);
  } else {
    dated_.Unset(asset);
  }
}

std::uint32_t World::EditsOf(std::uint64_t asset) const {
  const auto found = edits_.find(asset);
  return found == edits_.end() ? 0 : found->second;
}

bool World::HasFileDocument(std::uint64_t file) const {
  return arrived_.Has(file) && !deleted_.Has(deployment_.AssetOfFile(deployment_.PlaceOf(file)));
}

void World::Edit(std::uint64_t asset) {
  if (deleted_.Has(asset)) return;
  ++edits_[asset];
  ++counters.edits;
}

void World::Delete(std::uint64_t asset) {
  if (deleted_.Set(asset)) ++counters.deletes;
}

}  // namespace vams::rig
