#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vams::simulation {

struct Outcome {
  std::optional<std::string> violation{};  // of an invariant, with when and what
  std::vector<std::string> trace{};        // one line a step; only when asked for
  std::uint64_t steps = 0;
  std::uint64_t crashes = 0;
  std::uint64_t repeats = 0;
};

// One whole run of the file phase: a synthetic deployment, faults, crashes and restarts, another writer; all decided by
// `seed`. The flow runs unchanged on simulated services and simulated time. The same seed gives the same steps.
Outcome SimulateFiles(std::uint64_t seed, bool traced);

// The same of the asset phase.
Outcome SimulateAssets(std::uint64_t seed, bool traced);

}  // namespace vams::simulation
