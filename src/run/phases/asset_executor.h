#pragma once

#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/asset_flow.h"
#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/state/handled_items.h"

namespace vams {

// Carries out the tasks of the asset phase on the ports of a deployment. Safe for concurrent calls.
class AssetExecutor {
 public:
  // `timestamp` is what a touch writes; `page` is how many records a scan asks for. `handled` may be null. `only`, if
  // not null, gives the records instead of the table: one scan at a time then.
  AssetExecutor(const RunContext& run, std::string timestamp, ItemCount page, std::uint32_t segments,
                HandledItems* handled, HandledItems* only);

  AssetAnswer Execute(const AssetTask& task);

  // The first failures that were committed, for the report.
  std::vector<PhaseReport::Failure> TakeFailures();

 private:
  Result<ScanAnswer> Scan(const ScanTask& task);
  Result<ScanAnswer> NextOfOnly();
  Result<AssetCommitted> Commit(const AssetCommitTask& task);

  const RunContext& run_;
  const std::string timestamp_;
  const ItemCount page_;
  const std::uint32_t segments_;
  HandledItems* handled_;
  HandledItems* only_;  // of one thread at a time
  AssetTable& assets_;
  Mutex mu_;
  PhaseReport failures_ GUARDED_BY(mu_);
};

}  // namespace vams
