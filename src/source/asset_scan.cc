#include "source/asset_scan.h"

#include <algorithm>
#include <optional>

namespace vams {
namespace {

struct SegmentState {
  Segment segment;
  std::optional<Cursor> cursor;
  bool done = false;
};

}  // namespace

Status ScanAssets(AssetTable& table, const AssetScanPlan& plan, const StopFlag& stop,
                  const std::function<Result<bool>(std::vector<AssetRecord>)>& take) {
  std::vector<SegmentState> segments(std::max<std::uint32_t>(plan.segments, 1));
  for (std::uint32_t i = 0; i < segments.size(); ++i) {
    segments[i].segment = {i, static_cast<std::uint32_t>(segments.size())};
  }
  const std::size_t batch_size = std::max<std::size_t>(plan.batch.value, 1);
  std::vector<AssetRecord> batch;
  const auto hand_over = [&]() -> Result<bool> {
    std::vector<AssetRecord> full;
    full.swap(batch);
    return take(std::move(full));
  };
  while (std::ranges::any_of(segments, [](const SegmentState& s) { return !s.done; })) {
    std::vector<std::vector<AssetRecord>> pages;
    std::size_t longest = 0;
    for (SegmentState& state : segments) {
      if (state.done) continue;
      if (stop.requested()) return {};
      TRY_ASSIGN(AssetPage page, table.Scan(state.segment, state.cursor, plan.page));
      state.cursor = std::move(page.next);
      state.done = !state.cursor;
      longest = std::max(longest, page.items.size());
      pages.push_back(std::move(page.items));
    }
    for (std::size_t i = 0; i < longest; ++i) {
      for (auto& page : pages) {
        if (i >= page.size()) continue;
        batch.push_back(std::move(page[i]));
        if (batch.size() < batch_size) continue;
        if (stop.requested()) return {};
        TRY_ASSIGN(const bool more, hand_over());
        if (!more) return {};
      }
    }
  }
  if (!batch.empty() && !stop.requested()) TRY(hand_over());
  return {};
}

}  // namespace vams
