#pragma once

#include <filesystem>

#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/state/handled_items.h"
#include "verify/external_sorter.h"

namespace vams {

// What a verification found to mend, by index, spilled to disk where it is much.
struct RepairPlan {
  explicit RepairPlan(const std::filesystem::path& directory);
  ExternalSorter assets;             // key: asset key as JoinParts
  ExternalSorter objects;            // key: object as JoinParts(bucket, key)
  ExternalSorter unexpected_assets;  // key: document id
  ExternalSorter unexpected_files;
};

struct VerificationInput {
  std::filesystem::path scratch;    // an existing directory for what does not fit memory
  HandledItems* handled = nullptr;  // only what a run handled; null: all that the selection covers
  RepairPlan* repair = nullptr;     // filled where given
};

// Compares source and indexes, every id, both ways (SPEC section 8). Differences go to run.findings, one each. An error
// means that no verdict can be given; a missing index is part of the verdict.
Result<VerificationReport> Verify(const RunContext& run, const VerificationInput& input);

}  // namespace vams
