#include "journal/journal_state.h"

#include <utility>

namespace vams {

void JournalState::Apply(JournalBatch batch) {
  for (ConfirmedKeys& confirmed : batch.files) {
    KeyIntervals& keys = files[std::move(confirmed.location)];
    for (KeyInterval& interval : confirmed.intervals) keys.Add(std::move(interval));
  }
  for (ConfirmedSegment& confirmed : batch.assets) {
    if (confirmed.total != segments) assets.clear();
    segments = confirmed.total;
    assets[confirmed.segment] = std::move(confirmed.cursor);
  }
  for (JournalText& counter : batch.counters) counters[std::move(counter.name)] = std::move(counter.value);
  for (SideFileLength& file : batch.side_files) side_files[std::move(file.name)] = file.bytes;
  for (const PhaseChange& change : batch.phases) {
    phases[change.phase] = change.state;
    if (change.state == PhaseState::kBegun) ended.reset();
  }
  if (batch.ended) ended = std::move(batch.ended);
}

JournalBatch JournalState::Snapshot() const {
  JournalBatch batch;
  for (const auto& [location, keys] : files) batch.files.push_back({location, keys.Intervals()});
  for (const auto& [segment, cursor] : assets) batch.assets.push_back({segments, segment, cursor});
  for (const auto& [name, value] : counters) batch.counters.push_back({name, value});
  for (const auto& [name, bytes] : side_files) batch.side_files.push_back({name, bytes});
  for (const auto& [phase, phase_state] : phases) batch.phases.push_back({phase, phase_state});
  batch.ended = ended;
  return batch;
}

}  // namespace vams
