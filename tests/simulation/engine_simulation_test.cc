#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "testing/simulation/simulate.h"

// One seed decides a whole run: latencies, faults, crashes, restarts, other writers.
//     VAMS_SIMULATION_SEEDS=1000000 build/bin/simulation_tests      # so many seeds, from VAMS_SIMULATION_FROM (0)
//     VAMS_SIMULATION_SEED=4711 build/bin/simulation_tests          # one, with its trace
namespace vams::simulation {
namespace {

std::uint64_t Setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : std::strtoull(value, nullptr, 10);
}

void RunSeeds(Outcome (*simulate)(std::uint64_t, bool)) {
  constexpr std::uint64_t kSeeds = 10'000;
  if (std::getenv("VAMS_SIMULATION_SEED") != nullptr) {
    const Outcome outcome = simulate(Setting("VAMS_SIMULATION_SEED", 0), true);
    for (const std::string& line : outcome.trace) std::printf("%s\n", line.c_str());
    EXPECT_FALSE(outcome.violation) << *outcome.violation;
    return;
  }
  const std::uint64_t from = Setting("VAMS_SIMULATION_FROM", 0);
  std::uint64_t steps = 0;
  std::uint64_t crashes = 0;
  std::uint64_t repeats = 0;
  int failed = 0;
  for (std::uint64_t seed = from; seed < from + Setting("VAMS_SIMULATION_SEEDS", kSeeds) && failed < 5; ++seed) {
    const Outcome outcome = simulate(seed, false);
    steps += outcome.steps;
    crashes += outcome.crashes;
    repeats += outcome.repeats;
    failed += outcome.violation.has_value();
    EXPECT_FALSE(outcome.violation) << "seed " << seed << ": " << *outcome.violation
                                    << "\nVAMS_SIMULATION_SEED=" << seed << " shows how it came to that";
  }
  std::printf("%llu steps, %llu crashes, %llu repeats\n", static_cast<unsigned long long>(steps),
              static_cast<unsigned long long>(crashes), static_cast<unsigned long long>(repeats));
}

TEST(EngineSimulation, Files) { RunSeeds(SimulateFiles); }
TEST(EngineSimulation, Assets) { RunSeeds(SimulateAssets); }

TEST(EngineSimulation, ASeedGivesTheSameStepsEachTime) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(SimulateFiles(seed, true).trace, SimulateFiles(seed, true).trace);
    EXPECT_EQ(SimulateAssets(seed, true).trace, SimulateAssets(seed, true).trace);
  }
}

}  // namespace
}  // namespace vams::simulation
