#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "report/findings.h"

namespace vams {

// Figures of the asset or the file phase. `total` is what had to be done: succeeded, failed and gone.
struct PhaseReport {
  std::uint64_t succeeded = 0;  // confirmed by the service
  std::uint64_t failed = 0;
  std::uint64_t total = 0;
  std::uint64_t gone = 0;     // deleted by somebody while the run went on; no failure
  std::uint64_t invalid = 0;  // records without the ids that a record must have
  std::uint64_t throttled = 0;
  std::map<std::string, std::uint64_t> skipped{};   // by rule
  std::map<std::string, std::uint64_t> withheld{};  // by hazard
  std::optional<UtcTime> started{};
  std::optional<UtcTime> ended{};
  Duration took{0};
  struct Failure {
    std::string what;  // "assetId", "key" or "bucket"; "" for a failure of the phase itself
    std::string id;
    std::string error;
  };
  bool ended_early = false;               // by a permanent error: not everything was looked at
  std::vector<Failure> first_failures{};  // at most kMaxFailures
  static constexpr std::size_t kMaxFailures = 100;

  // Files only.
  std::uint64_t buckets_processed = 0;
  std::uint64_t objects_scanned = 0;

  std::uint64_t skipped_count() const;
  std::uint64_t withheld_count() const;
  void AddFailure(std::string what, std::string id, std::string error);
};

struct IndexReport {
  std::string name;
  bool exists = false;
  std::uint64_t expected = 0;
  std::uint64_t actual = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t right = 0;
  std::uint64_t missing = 0;
  std::uint64_t stale = 0;
  std::uint64_t unexpected = 0;
  std::uint64_t failed = 0;  // buckets and objects that could not be read: what belongs to them was not compared
  std::map<std::string, std::uint64_t> skipped{};  // sources that make no document, by rule

  double success_rate() const;  // percent of the expected that are right; 100 where nothing is expected
  bool clean() const { return exists && missing == 0 && stale == 0 && unexpected == 0 && failed == 0; }
};

struct VerificationReport {
  UtcTime timestamp{};
  Duration took{0};
  IndexReport asset_index{};
  IndexReport file_index{};
  bool overall_success = false;
  // What was compared: "everything", "what this run handled", "database X".
  std::string scope;
};

struct MigrationReport {
  std::string run_id;
  UtcTime started;
  UtcTime completed;
  bool dry_run = false;
  bool interrupted = false;
  std::optional<PhaseReport> assets;
  std::optional<PhaseReport> files;
  std::optional<VerificationReport> verification;
  Duration waited{0};
  std::vector<FindingGroup> errors;  // failed items and verification differences, by cause
  std::string findings_file;         // "" when there is no finding
  std::string configuration = "{}";  // a JSON object: the effective settings, no secret
  std::uint64_t peak_memory_bytes = 0;
};

// The guide's keys and types first, then ours (SPEC section 9).
nlohmann::ordered_json ToJson(const MigrationReport& report);
nlohmann::ordered_json ToJson(const PhaseReport& report, bool files);
nlohmann::ordered_json ToJson(const VerificationReport& report);
nlohmann::ordered_json ToJson(const std::vector<FindingGroup>& groups);
nlohmann::ordered_json ToJson(const Finding& finding);

// What a person may do about a class of findings; "" where there is no advice.
std::string FixFor(const FindingGroup& group);

}  // namespace vams
