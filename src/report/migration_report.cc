#include "report/migration_report.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>

#include "documents/hazards.h"

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

std::uint64_t Sum(const std::map<std::string, std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

double Seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

// Rounded to a tenth of an item a second: more digits would only look exact.
double Rate(std::uint64_t items, Duration took) {
  const double seconds = Seconds(took);
  return seconds <= 0 ? 0.0
                      : static_cast<double>(static_cast<std::uint64_t>(static_cast<double>(items) / seconds * 10)) / 10;
}

Json Counts(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

Json Hazards(const std::map<std::string, std::uint64_t>& counts) {
  Json out = Json::object();
  for (const auto& [name, count] : counts) {
    Json one{{"count", count}};
    if (const HazardInfo* info = HazardNamed(name)) {
      one["explanation"] = info->explanation;
      one["fix"] = info->fix;
    }
    out[name] = std::move(one);
  }
  return out;
}

Json ToJson(const IndexReport& index) {
  return Json{{"name", index.name},
              {"expected_documents", index.expected},
              {"actual_documents", index.actual},
              {"exists", index.exists},
              {"size_bytes", index.size_bytes},
              {"success_rate", index.success_rate()},
              {"ok", index.right},
              {"missing", index.missing},
              {"stale", index.stale},
              {"unexpected", index.unexpected},
              {"failed", index.failed},
              {"skipped", Counts(index.skipped)}};
}

}  // namespace

std::uint64_t PhaseReport::skipped_count() const { return Sum(skipped); }
std::uint64_t PhaseReport::withheld_count() const { return Sum(withheld); }

void PhaseReport::AddFailure(std::string what, std::string id, std::string error) {
  ++failed;
  if (first_failures.size() < kMaxFailures)
    first_failures.push_back({std::move(what), std::move(id), std::move(error)});
}

double IndexReport::success_rate() const {
  if (expected == 0) return exists ? 100.0 : 0.0;
  return 100.0 * static_cast<double>(right) / static_cast<double>(expected);
}

Json ToJson(const PhaseReport& report, bool files) {
  Json out{{"success_count", report.succeeded}, {"failed_count", report.failed}, {"total_count", report.total}};
  if (files) {
    out["buckets_processed"] = report.buckets_processed;
    out["objects_scanned"] = report.objects_scanned;
  }
  out["skipped_count"] = report.skipped_count();
  if (files) {
    out["skipped"] = Counts(report.skipped);
    out["withheld_count"] = report.withheld_count();
    out["withheld"] = Counts(report.withheld);
  } else {
    out["gone_count"] = report.gone;
    out["invalid_count"] = report.invalid;
  }
  out["throttled_count"] = report.throttled;
  out["errors"] = Json::array();
  for (const auto& failure : report.first_failures) {
    Json error = Json::object();
    if (!failure.what.empty()) error[failure.what] = failure.id;
    error["error"] = failure.error;
    if (failure.what == "bucket") error["type"] = "bucket_error";
    if (failure.what.empty()) error["type"] = "fatal";
    out["errors"].push_back(std::move(error));
  }
  out["start_time"] = report.started ? Json(FormatIsoMillis(*report.started)) : Json(nullptr);
  out["end_time"] = report.ended ? Json(FormatIsoMillis(*report.ended)) : Json(nullptr);
  return out;
}

Json ToJson(const VerificationReport& report) {
  return Json{{"timestamp", FormatIsoMillis(report.timestamp)},
              {"scope", report.scope},
              {"asset_index", ToJson(report.asset_index)},
              {"file_index", ToJson(report.file_index)},
              {"overall_success", report.overall_success}};
}

Json ToJson(const Finding& finding) {
  Json out{{"index", IndexKindName(finding.index)},
           {"id", finding.id},
           {"kind", FindingKindName(finding.kind)},
           {"cause", finding.cause}};
  if (!finding.detail.empty()) out["detail"] = finding.detail;
  return out;
}

Json ToJson(const std::vector<FindingGroup>& groups) {
  Json out = Json::array();
  for (const FindingGroup& group : groups) {
    out.push_back({{"index", IndexKindName(group.index)},
                   {"kind", FindingKindName(group.kind)},
                   {"cause", group.cause},
                   {"count", group.count},
                   {"examples", group.examples},
                   {"fix", FixFor(group)}});
  }
  return out;
}

std::string FixFor(const FindingGroup& group) {
  const std::string_view cause = group.cause;
  constexpr std::string_view kWithheldPrefix = "withheld: ";
  const HazardInfo* hazard =
      HazardNamed(cause.starts_with(kWithheldPrefix) ? cause.substr(kWithheldPrefix.size()) : cause);
  if (hazard != nullptr) return std::string(hazard->fix);
  if (cause == kCauseIdTooLong) return "give the object a shorter key; as it is it cannot be found by any search";
  if (group.kind == FindingKind::kStale && cause.starts_with(kCauseRefusedByMapping)) {
    return "change the values at their source, or the mapping of the index; to send these again alone changes nothing";
  }
  switch (group.kind) {
    case FindingKind::kMissing:
    case FindingKind::kStale: return "`verify --repair` sends these again";
    case FindingKind::kUnexpected: return "`verify --repair --remove-unexpected` removes these documents";
    case FindingKind::kFailed: return "the cause names what refused; mend it and run again, which is safe to repeat";
    case FindingKind::kInvalid: return "give the record a databaseId and an assetId, or delete it";
    case FindingKind::kWithheld: return "`verify --repair` indexes these directly";
    case FindingKind::kSkipped:
    case FindingKind::kGone: return "";
  }
  return "";
}

Json ToJson(const MigrationReport& report) {
  const Duration duration = report.completed - report.started;
  const PhaseReport assets = report.assets.value_or(PhaseReport{});
  const PhaseReport files = report.files.value_or(PhaseReport{});
  return Json{
      {"migration_info",
       {{"version", "v2.2_to_v2.3"},
        {"started_at", FormatIsoMillis(report.started)},
        {"completed_at", FormatIsoMillis(report.completed)},
        {"duration_seconds", std::chrono::round<std::chrono::seconds>(duration).count()},
        {"dry_run", report.dry_run},
        {"interrupted", report.interrupted}}},
      {"asset_reindexing", ToJson(assets, false)},
      {"file_reindexing", ToJson(files, true)},
      {"verification", report.verification ? ToJson(*report.verification) : Json(nullptr)},
      {"run_id", report.run_id},
      {"errors", ToJson(report.errors)},
      {"findings_file", report.findings_file.empty() ? Json(nullptr) : Json(report.findings_file)},
      {"hazards", Hazards(files.withheld)},
      {"throughput",
       {{"assets_per_second", Rate(assets.succeeded, assets.took)},
        {"files_per_second", Rate(files.succeeded, files.took)},
        {"wait_seconds", Seconds(report.waited)},
        {"verification_seconds", report.verification ? Seconds(report.verification->took) : 0.0},
        {"total_seconds", Seconds(duration)},
        {"peak_memory_bytes", report.peak_memory_bytes}}},
      {"configuration", Json::parse(report.configuration)},
  };
}

}  // namespace vams
