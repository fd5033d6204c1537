#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/key_intervals.h"
#include "model/cursor.h"

namespace vams {

// What a run confirms or notes at once. docs/journal.md is the contract.

struct FileLocation {
  std::string bucket;
  std::string prefix;
  auto operator<=>(const FileLocation&) const = default;
};

// The numbers of the next two enums are those of the format.
enum class JournalPhase : std::uint8_t { kAssets = 1, kFiles = 2, kWait = 3, kVerify = 4 };
enum class PhaseState : std::uint8_t { kBegun = 1, kEnded = 2 };

struct ConfirmedKeys {
  FileLocation location;
  std::vector<KeyInterval> intervals;
  bool operator==(const ConfirmedKeys&) const = default;
};

// All of the segment up to `cursor` is confirmed; nullopt: all of it, the segment is done.
struct ConfirmedSegment {
  std::uint32_t total = 1;  // segments of the scan; another total than before forgets the cursors of the others
  std::uint32_t segment = 0;
  std::optional<Cursor> cursor;
  bool operator==(const ConfirmedSegment&) const = default;
};

struct JournalText {
  std::string name;
  std::string value;
  bool operator==(const JournalText&) const = default;
};

// Bytes of the side file, from its start, that count.
struct SideFileLength {
  std::string name;
  std::uint64_t bytes = 0;
  bool operator==(const SideFileLength&) const = default;
};

struct PhaseChange {
  JournalPhase phase = JournalPhase::kAssets;
  PhaseState state = PhaseState::kBegun;
  bool operator==(const PhaseChange&) const = default;
};

struct RunEnd {
  UtcTime at;
  std::string outcome;  // in the words of the run
  bool operator==(const RunEnd&) const = default;
};

struct JournalBatch {
  std::vector<ConfirmedKeys> files{};
  std::vector<ConfirmedSegment> assets{};
  std::vector<JournalText> counters{};
  std::vector<SideFileLength> side_files{};
  std::vector<PhaseChange> phases{};
  std::optional<RunEnd> ended{};
  bool operator==(const JournalBatch&) const = default;
};

// A name of one file in the directory of the run that is none of the journal's own.
bool IsSideFileName(std::string_view name);

// kInvalid for a segment that is not below its total, or a name that is no side file's.
Status CheckBatch(const JournalBatch& batch);

}  // namespace vams
