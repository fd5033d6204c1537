#include "source/asset_scan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace vams {
namespace {

// A table of n records; segment i of t holds those with number % t == i; the cursor is how many of the segment were
// read.
class NumberedTable final : public AssetTable {
 public:
  explicit NumberedTable(std::size_t n) : n_(n) {}

  Result<AssetPage> Scan(Segment segment, const std::optional<Cursor>& from, ItemCount limit) override {
    if (fail_after_ && pages_++ >= *fail_after_) return Fail(ErrorCode::kThrottled, "slow down");
    std::size_t read = 0;
    if (from) std::from_chars(from->token.data(), from->token.data() + from->token.size(), read);
    AssetPage page;
    std::size_t number = segment.index + read * segment.total;
    for (; number < n_ && page.items.size() < limit.value; number += segment.total, ++read) {
      page.items.push_back({{"db", std::to_string(number)}, {}});
    }
    if (number < n_) page.next = Cursor{std::to_string(read)};
    return page;
  }
  Result<std::vector<std::optional<AssetRecord>>> GetMany(std::span<const AssetKey>) override { return Unused(); }
  Result<std::vector<AssetRecord>> FindInBucket(std::string_view, std::string_view) override { return Unused(); }
  Result<std::vector<Result<TouchOutcome>>> Touch(std::span<const AssetKey>, std::string_view) override {
    return Unused();
  }
  Result<std::vector<Result<TouchOutcome>>> Clear(std::span<const AssetKey>, ClearTouch) override { return Unused(); }
  Result<ItemCount> ApproximateCount() override { return ItemCount{n_}; }

  void FailAfter(std::size_t pages) { fail_after_ = pages; }

 private:
  static std::unexpected<Error> Unused() { return Fail(ErrorCode::kInvalid, "a scan only scans"); }
  std::size_t n_;
  std::size_t pages_ = 0;
  std::optional<std::size_t> fail_after_;
};

RC_GTEST_PROP(ScanAssets, HandsEveryRecordOverOnceInFullBatches, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(0, 400);
  const AssetScanPlan plan{.segments = *rc::gen::inRange<std::uint32_t>(1, 9),
                           .page = ItemCount{*rc::gen::inRange<std::uint64_t>(1, 50)},
                           .batch = ItemCount{*rc::gen::inRange<std::uint64_t>(1, 30)}};
  NumberedTable table(n);
  StopFlag stop;
  std::multiset<std::string> seen;
  std::vector<std::size_t> sizes;
  RC_ASSERT(ScanAssets(table, plan, stop, [&](std::vector<AssetRecord> batch) -> Result<bool> {
              sizes.push_back(batch.size());
              for (const auto& r : batch) seen.insert(r.key.asset_id);
              return true;
            }).has_value());
  RC_ASSERT(seen.size() == n);
  RC_ASSERT(std::set<std::string>(seen.begin(), seen.end()).size() == n);
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) RC_ASSERT(sizes[i] == plan.batch.value);
}

TEST(ScanAssets, MixesTheSegments) {
  NumberedTable table(40);
  StopFlag stop;
  std::vector<std::string> first;
  ASSERT_TRUE(ScanAssets(table, {.segments = 4, .page = ItemCount{10}, .batch = ItemCount{8}}, stop,
                         [&](std::vector<AssetRecord> batch) -> Result<bool> {
                           for (const auto& r : batch) first.push_back(r.key.asset_id);
                           return false;
                         }));
  EXPECT_EQ(first, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7"}));
}

TEST(ScanAssets, EndsWithTheErrorOfAPage) {
  NumberedTable table(100);
  table.FailAfter(3);
  StopFlag stop;
  const Status status = ScanAssets(table, {.segments = 1, .page = ItemCount{10}, .batch = ItemCount{10}}, stop,
                                   [](std::vector<AssetRecord>) -> Result<bool> { return true; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kThrottled);
}

TEST(ScanAssets, HeedsAStop) {
  NumberedTable table(100);
  StopFlag stop;
  int batches = 0;
  ASSERT_TRUE(ScanAssets(table, {.segments = 1, .page = ItemCount{10}, .batch = ItemCount{10}}, stop,
                         [&](std::vector<AssetRecord>) -> Result<bool> {
                           if (++batches == 2) stop.Request();
                           return true;
                         }));
  EXPECT_EQ(batches, 2);
}

}  // namespace
}  // namespace vams
