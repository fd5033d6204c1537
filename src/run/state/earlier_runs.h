#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/asset_flow.h"
#include "engine/file_tasks.h"
#include "report/findings.h"
#include "report/migration_report.h"

// What the state directory tells of runs, whether they ended, stopped or still go on. Changes nothing.
namespace vams {

// A run as the list of runs tells it.
struct RunSummary {
  std::string id;
  UtcTime created{};
  std::string state{};  // "success", "findings", "stopped in the file phase", "running: in the file phase", ...
  bool running = false;
  bool resumable = false;
  std::string replay_of{};  // "": none; such a run is not resumed, its run is replayed again
  std::optional<AssetTotals> assets{};
  std::optional<FileTotals> files{};
  std::optional<Error> error{};  // the journal cannot be read
};

// The runs below `state_dir`, oldest first. No directory: none.
Result<std::vector<RunSummary>> ListRuns(const std::filesystem::path& state_dir);

// `latest` is the newest run there is; any other word is an id and comes back as it is. kNotFound: there is no run yet.
Result<std::string> FindRunId(const std::filesystem::path& state_dir, const std::string& word);

// How far a phase of a run has come: "not begun", "under way" (or where it was stopped), "ended", "left out".
enum class Standing : std::uint8_t { kNotBegun, kUnderWay, kEnded, kLeftOut };

// All that is left of a run: what was confirmed, and nothing else.
struct EarlierRun {
  RunSummary summary{};
  std::string program_version{};
  std::optional<UtcTime> ended{};
  Standing assets = Standing::kNotBegun;
  Standing files = Standing::kNotBegun;
  Standing wait = Standing::kNotBegun;
  Standing verify = Standing::kNotBegun;
  PhaseReport asset_report{};  // of a phase that has not ended: its figures so far
  PhaseReport file_report{};
  std::string verification{};          // a JSON object as in the report; "": none
  std::vector<FindingGroup> errors{};  // as in the report: what was skipped by rule is none
  std::uint64_t findings = 0;          // of all kinds
  std::string findings_file{};         // "" where there is none
  std::uint64_t failed_items = 0;      // that `replay` would try again
};

// kNotFound: no such run, or one that never began; kCorrupt: its journal or its findings are damaged.
Result<EarlierRun> ReadRun(const std::filesystem::path& state_dir, const std::string& id);

}  // namespace vams
