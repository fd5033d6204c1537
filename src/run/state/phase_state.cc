#include "run/state/phase_state.h"

#include <nlohmann/json.hpp>

namespace vams {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Result<Json> Parse(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "the journal holds figures that cannot be read");
  return json;
}

std::uint64_t Number(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_number_unsigned() ? member->get<std::uint64_t>() : 0;
}

std::string Text(const Json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::map<std::string, std::uint64_t> Classes(const Json& json, const char* name) {
  std::map<std::string, std::uint64_t> classes;
  const auto member = json.find(name);
  if (member == json.end() || !member->is_object()) return classes;
  for (const auto& [cls, count] : member->items()) {
    if (count.is_number_unsigned()) classes[cls] = count.get<std::uint64_t>();
  }
  return classes;
}

}  // namespace

std::string ToText(const AssetTotals& totals) {
  return Dump(
      {{"touched", totals.touched}, {"failed", totals.failed}, {"gone", totals.gone}, {"invalid", totals.invalid}});
}

Result<AssetTotals> AssetTotalsFrom(std::string_view text) {
  TRY_ASSIGN(const Json json, Parse(text));
  return AssetTotals{.touched = Number(json, "touched"),
                     .failed = Number(json, "failed"),
                     .gone = Number(json, "gone"),
                     .invalid = Number(json, "invalid")};
}

std::string ToText(const FileTotals& totals) {
  return Dump({{"scanned", totals.scanned},
               {"published", totals.published},
               {"failed", totals.failed},
               {"skipped", totals.skipped},
               {"withheld", totals.withheld}});
}

Result<FileTotals> FileTotalsFrom(std::string_view text) {
  TRY_ASSIGN(const Json json, Parse(text));
  return FileTotals{.scanned = Number(json, "scanned"),
                    .published = Number(json, "published"),
                    .failed = Number(json, "failed"),
                    .skipped = Classes(json, "skipped"),
                    .withheld = Classes(json, "withheld")};
}

std::string ToText(const PhaseReport& report) {
  Json failures = Json::array();
  for (const auto& failure : report.first_failures) failures.push_back({failure.what, failure.id, failure.error});
  Json json{{"succeeded", report.succeeded},
            {"failed", report.failed},
            {"total", report.total},
            {"gone", report.gone},
            {"invalid", report.invalid},
            {"throttled", report.throttled},
            {"skipped", report.skipped},
            {"withheld", report.withheld},
            {"took_us", static_cast<std::uint64_t>(report.took.count())},
            {"buckets", report.buckets_processed},
            {"scanned", report.objects_scanned},
            {"failures", std::move(failures)}};
  if (report.started) json["started"] = FormatIsoMillis(*report.started);
  if (report.ended) json["ended"] = FormatIsoMillis(*report.ended);
  return Dump(json);
}

Result<PhaseReport> PhaseReportFrom(std::string_view text) {
  TRY_ASSIGN(const Json json, Parse(text));
  PhaseReport report;
  report.succeeded = Number(json, "succeeded");
  report.failed = Number(json, "failed");
  report.total = Number(json, "total");
  report.gone = Number(json, "gone");
  report.invalid = Number(json, "invalid");
  report.throttled = Number(json, "throttled");
  report.skipped = Classes(json, "skipped");
  report.withheld = Classes(json, "withheld");
  report.took = Duration{static_cast<std::int64_t>(Number(json, "took_us"))};
  report.buckets_processed = Number(json, "buckets");
  report.objects_scanned = Number(json, "scanned");
  report.started = ParseIso(Text(json, "started"));
  report.ended = ParseIso(Text(json, "ended"));
  const auto failures = json.find("failures");
  for (std::size_t i = 0; failures != json.end() && failures->is_array() && i < failures->size(); ++i) {
    const Json& failure = (*failures)[i];
    if (!failure.is_array() || failure.size() != 3) continue;
    const auto text_at = [&](std::size_t n) { return failure[n].is_string() ? failure[n].get<std::string>() : ""; };
    report.first_failures.push_back({text_at(0), text_at(1), text_at(2)});
  }
  return report;
}

std::string ToText(const std::optional<AssetKey>& key) {
  return key ? Dump({{"databaseId", key->database_id}, {"assetId", key->asset_id}}) : std::string();
}

std::optional<AssetKey> AssetKeyFrom(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  AssetKey key{Text(json, "databaseId"), Text(json, "assetId")};
  if (key.database_id.empty() || key.asset_id.empty()) return std::nullopt;
  return key;
}

}  // namespace vams
