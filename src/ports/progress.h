#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace vams {

enum class Phase { kAssets, kFiles, kWait, kVerify, kRepair, kRollback, kImport };
std::string_view PhaseName(Phase phase);

// Counts of one phase so far. `expected` 0: not known (yet).
struct PhaseCounts {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t throttled = 0;
  std::uint64_t expected = 0;
};

// The stages report facts; only a printer knows what a terminal is. Calls come from one thread at a time and must not
// block.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void OnPhaseStarted(Phase phase, std::uint64_t expected) = 0;
  virtual void OnAdvanced(Phase phase, const PhaseCounts& counts) = 0;
  virtual void OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) = 0;
};

class NoProgress final : public Progress {
 public:
  void OnPhaseStarted(Phase, std::uint64_t) override {}
  void OnAdvanced(Phase, const PhaseCounts&) override {}
  void OnPhaseFinished(Phase, const PhaseCounts&, Duration) override {}
};

}  // namespace vams
