#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/golden_check.h"
#include "testing/fake_clock.h"
#include "testing/memory_deployment.h"

namespace vams {
namespace {

class GoldenCases : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenCases, AllPassInMemory) {
  FakeClock clock;
  std::unique_ptr<MemoryDeployment> vams;
  const auto make = [&](const nlohmann::ordered_json& state) -> Result<cli::GoldenVams> {
    vams = std::make_unique<MemoryDeployment>(clock);
    TRY(vams->LoadState(state));
    return cli::GoldenVams{vams->source(), vams->asset_index(), vams->file_index()};
  };
  std::ostringstream out;
  const auto counts = cli::RunGoldenFile(std::string(VAMS_FIXTURES) + "/golden/" + GetParam(), make, out);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->failed, 0u) << out.str();
  EXPECT_GT(counts->passed, 200u);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenCases, ::testing::Values("asset_cases.jsonl", "file_cases.jsonl"));

}  // namespace
}  // namespace vams
