#include "verify/external_sorter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>

#include "testing/temp_dir.h"

namespace vams {
namespace {

using Pair = std::pair<std::string, std::string>;

std::vector<Pair> Drain(ExternalSorter& sorter) {
  std::vector<Pair> out;
  for (;;) {
    auto record = sorter.Next();
    EXPECT_TRUE(record) << record.error().message;
    if (!record || !*record) return out;
    out.emplace_back((*record)->key, (*record)->payload);
  }
}

RC_GTEST_PROP(ExternalSorter, SortsStablyWhateverSpills, (std::vector<Pair> records)) {
  TempDir dir;
  ExternalSorter sorter(dir.path(), "t", Bytes{1});  // the least memory there is: 4 KiB
  for (int copy = 0; copy < 50; ++copy) {
    for (auto& [key, payload] : records) RC_ASSERT(sorter.Add(key, payload + std::to_string(copy)).has_value());
  }
  RC_ASSERT(sorter.Finish().has_value());
  std::vector<Pair> want;
  for (int copy = 0; copy < 50; ++copy) {
    for (auto& [key, payload] : records) want.emplace_back(key, payload + std::to_string(copy));
  }
  std::ranges::stable_sort(want, {}, &Pair::first);
  RC_ASSERT(Drain(sorter) == want);
  RC_ASSERT(sorter.Rewind().has_value());
  if (!want.empty()) {
    const auto first = sorter.Next();
    RC_ASSERT(first.has_value() && first->has_value());
    RC_ASSERT((*first)->key == want.front().first);
  }
  RC_ASSERT(sorter.Rewind().has_value());
  RC_ASSERT(Drain(sorter) == want);
}

TEST(ExternalSorter, MergesMoreRunsThanItOpensAtOnce) {
  TempDir dir;
  ExternalSorter sorter(dir.path(), "t", Bytes{4096});
  constexpr int kRecords = 200'000;
  for (int i = 0; i < kRecords; ++i) {
    ASSERT_TRUE(sorter.Add(std::to_string((i * 7919) % 50'000 + 100'000), std::to_string(i + 100'000)));
  }
  EXPECT_GT(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1024) << "it takes two rounds";
  ASSERT_TRUE(sorter.Finish());
  EXPECT_LE(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 32);
  const auto out = Drain(sorter);
  ASSERT_EQ(out.size(), static_cast<std::size_t>(kRecords));
  EXPECT_TRUE(std::ranges::is_sorted(out)) << "those of one key in the order they were added";
}

TEST(ExternalSorter, LeavesNoFiles) {
  TempDir dir;
  {
    ExternalSorter sorter(dir.path(), "t", Bytes{4096});
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(sorter.Add(std::to_string(i), std::string(100, 'x')));
    ASSERT_TRUE(sorter.Finish());
    ASSERT_TRUE(sorter.Next());
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(ExternalSorter, SaysWhereItCannotWrite) {
  ExternalSorter sorter("/nonexistent/place", "t", Bytes{4096});
  Status status;
  for (int i = 0; i < 1000 && status; ++i) status = sorter.Add(std::to_string(i), std::string(100, 'x'));
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("/nonexistent/place"), std::string::npos) << status.error().message;
}

}  // namespace
}  // namespace vams
