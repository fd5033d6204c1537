#include <fmt/chrono.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/clock.h"

namespace vams {
namespace {

// Times come from replies and records, whatever year they name.
TEST(Clock, FormatsWhatItParses) {
  for (const char* text : {"0001-01-01T00:00:00.000Z", "1677-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z",
                           "2024-02-29T23:59:59.999Z", "2263-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"}) {
    const auto time = ParseIso(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(FormatIsoMillis(*time), text);
  }
}

RC_GTEST_PROP(Clock, FormatsAsTheLibraryDoes, ()) {
  const auto seconds = *rc::gen::inRange<std::int64_t>(-62'200'000'000, 300'000'000'000);  // years -1 to 11476
  const UtcTime time{std::chrono::seconds{seconds}};
  const std::tm parts = fmt::gmtime(static_cast<std::time_t>(seconds));
  RC_ASSERT(FormatIsoSeconds(time) == fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", parts));
}

}  // namespace
}  // namespace vams
