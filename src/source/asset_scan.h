#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "base/stop.h"
#include "base/units.h"
#include "model/asset.h"
#include "ports/asset_table.h"

namespace vams {

struct AssetScanPlan {
  std::uint32_t segments = 4;  // read in turn, so that neighbours in a batch lie in different partitions
  ItemCount page{100};         // records a request asks for
  ItemCount batch{25};         // records handed over at once
};

// Reads the whole table and hands every record over once, in batches of exactly `batch` but for the last. Ends early,
// with success, when `stop` is raised or `take` answers false; with the error of a page or of `take` otherwise.
Status ScanAssets(AssetTable& table, const AssetScanPlan& plan, const StopFlag& stop,
                  const std::function<Result<bool>(std::vector<AssetRecord>)>& take);

}  // namespace vams
