#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "journal/journal_batch.h"
#include "journal/key_intervals.h"

namespace vams {

// What all batches so far say together. Pure.
struct JournalState {
  std::map<FileLocation, KeyIntervals> files{};
  std::uint32_t segments = 0;                               // in total; 0: no asset has been confirmed
  std::map<std::uint32_t, std::optional<Cursor>> assets{};  // by segment, as in ConfirmedSegment; absent: nothing yet
  std::map<std::string, std::string, std::less<>> counters{};
  std::map<std::string, std::uint64_t, std::less<>> side_files{};
  std::map<JournalPhase, PhaseState> phases{};
  std::optional<RunEnd> ended{};

  // The batch is one that CheckBatch accepts.
  void Apply(JournalBatch batch);
  // One batch that makes this state of an empty one.
  JournalBatch Snapshot() const;

  bool operator==(const JournalState&) const = default;
};

}  // namespace vams
