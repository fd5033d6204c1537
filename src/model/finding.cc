#include "model/finding.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/printable_json.h"

namespace vams {
namespace {

constexpr std::array<std::pair<FindingKind, std::string_view>, 8> kNames{{
    {FindingKind::kFailed, "failed"},
    {FindingKind::kMissing, "missing"},
    {FindingKind::kStale, "stale"},
    {FindingKind::kUnexpected, "unexpected"},
    {FindingKind::kSkipped, "skipped"},
    {FindingKind::kWithheld, "withheld"},
    {FindingKind::kGone, "gone"},
    {FindingKind::kInvalid, "invalid"},
}};

}  // namespace

std::string_view IndexKindName(IndexKind kind) { return kind == IndexKind::kAssets ? "assets" : "files"; }

std::string_view FindingKindName(FindingKind kind) {
  for (const auto& [k, name] : kNames) {
    if (k == kind) return name;
  }
  return "";
}

std::optional<FindingKind> FindingKindFromName(std::string_view name) {
  for (const auto& [kind, n] : kNames) {
    if (n == name) return kind;
  }
  return std::nullopt;
}

Result<Finding> FindingFromNdjson(std::string_view line) {
  const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
  const auto text = [&](const char* name) {
    const auto member = json.is_object() ? json.find(name) : json.end();
    return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
  };
  const auto kind = FindingKindFromName(text("kind"));
  if (!kind) return Fail(ErrorCode::kCorrupt, "a line that tells no finding");
  return Finding{.index = text("index") == IndexKindName(IndexKind::kAssets) ? IndexKind::kAssets : IndexKind::kFiles,
                 .id = text("id"),
                 .kind = *kind,
                 .cause = text("cause"),
                 .detail = text("detail")};
}

std::string ToNdjson(const Finding& finding) {
  nlohmann::ordered_json line{{"index", IndexKindName(finding.index)},
                              {"id", finding.id},
                              {"kind", FindingKindName(finding.kind)},
                              {"cause", finding.cause}};
  if (!finding.detail.empty()) line["detail"] = finding.detail;
  return PrintableJson(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace vams
