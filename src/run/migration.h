#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/migration_report.h"
#include "run/context/context.h"
#include "run/verification/repair.h"

namespace vams {

// The verdict that becomes an exit code.
enum class Outcome { kSuccess, kFindings, kInterrupted };

struct MigrationResult {
  MigrationReport report;
  std::filesystem::path report_file;  // "" where none was asked for
  Outcome outcome = Outcome::kSuccess;
};

enum class ReportFile { kWrite, kNone };

struct MigrationRequest {
  ReportFile report_file = ReportFile::kWrite;
  std::optional<std::string> resume{};  // the id of a run that was stopped; nullopt: a new one
  std::string program_version{};        // for the journal
  std::optional<std::string> replay{};  // the id of a run whose failed items alone are tried again
};

// The whole migration as the options say: assets, files, wait, verification, report. An error means that it could not
// start or go on; everything else is in the report. Raising `stop` ends it soon, with what was done in the report.
// `random` draws the sample of an attribution by location.
Result<MigrationResult> RunMigration(const Options& options, Deployment& deployment, Clock& clock, Log& log,
                                     Progress& progress, const StopFlag& stop, const MigrationRequest& request,
                                     Random01 random = SystemRandom());

struct VerificationResult {
  VerificationReport report;
  std::vector<Finding> findings;  // the first FindingSink::kKept of them
  std::vector<FindingGroup> groups;
  std::uint64_t finding_count = 0;
  std::string findings_file;  // "" when there is no finding
  std::optional<RepairCounts> repaired;
  Outcome outcome = Outcome::kSuccess;
};

// Verification by itself, with the repair that the options ask for and a second verification after it.
Result<VerificationResult> RunVerification(const Options& options, Deployment& deployment, Clock& clock, Log& log,
                                           Progress& progress, const StopFlag& stop);

// Lets the in-process indexers work off what waits. True: nothing is left.
Result<bool> RunPendingIndexing(const Options& options, Deployment& deployment, Clock& clock, Log& log,
                                Progress& progress, const StopFlag& stop);

}  // namespace vams
