#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"
#include "run/migration.h"

namespace vams::cli {
namespace {

constexpr std::size_t kListed = 20;

std::string Shown(const IndexReport& index) {
  if (!index.exists) return fmt::format("{}: there is no such index", index.name);
  std::string out =
      fmt::format("{}: {} of {} documents are right", index.name, Grouped(index.right), Grouped(index.expected));
  const auto add = [&](std::uint64_t n, std::string_view what) {
    if (n > 0) out += fmt::format(", {} {}", Grouped(n), what);
  };
  add(index.missing, "missing");
  add(index.stale, "stale");
  add(index.unexpected, "unexpected");
  if (index.failed > 0) out += fmt::format("; {} buckets or objects cannot be read", Grouped(index.failed));
  return out;
}

class VerifyCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "verify",
            .summary = "compare source and indexes, every document, both ways",
            .example =
                "vams-migrate verify --config prod.json\n"
                "vams-migrate verify --config prod.json --repair --remove-unexpected",
            .kind = CommandKind::kVerify,
            .drains_on_signal = true,
            .without_flags = {"report-dir"}};
  }

  Exit Run(Invocation& in) override {
    Console console(in, LogTo::kStandardError);
    auto deployment = OpenVams(in, {.indexes = true, .documents = true}, &console.log());
    if (!deployment) return in.output.Failure(deployment.error());
    const auto result =
        RunVerification(in.options, *deployment, in.context.clock, console.log(), console.progress(), in.context.stop);
    if (!result) return in.output.Failure(result.error());
    if (result->outcome == Outcome::kInterrupted) {
      return in.output.Failure(MakeError(ErrorCode::kCancelled, "{}; there is no verdict", WhyStopped(in)));
    }
    Print(in, *result);
    return result->outcome == Outcome::kSuccess ? Exit::kOk : Exit::kDifferences;
  }

 private:
  static void Print(Invocation& in, const VerificationResult& result) {
    Output& output = in.output;
    output.Json(AsJson(result));
    if (output.json()) return;
    if (result.repaired) PrintRepair(output, *result.repaired);
    for (std::size_t i = 0; i < std::min(result.findings.size(), kListed); ++i) {
      PrintFinding(output, result.findings[i], in.options.explain);
    }
    if (result.finding_count > kListed) {
      output.Line(fmt::format("... and {} more", Grouped(result.finding_count - kListed)));
    }
    if (!result.findings_file.empty()) output.Line("All findings: " + result.findings_file);
    output.Line(Shown(result.report.asset_index));
    output.Line(Shown(result.report.file_index));
    output.Line(result.report.overall_success ? "Everything is as it should be."
                                              : "The indexes differ from the source.");
  }

  static void PrintRepair(Output& output, const RepairCounts& repaired) {
    std::string line =
        fmt::format("Repair: sent {} assets and {} files again", Grouped(repaired.assets), Grouped(repaired.files));
    if (repaired.direct > 0) line += fmt::format(", indexed {} files directly", Grouped(repaired.direct));
    output.Line(line +
                fmt::format(", removed {} documents, {} failed", Grouped(repaired.removed), Grouped(repaired.failed)));
  }

  static void PrintFinding(Output& output, const Finding& finding, bool explain) {
    const std::string line = fmt::format("{:<10}  {:<6}  {}  ({})", FindingKindName(finding.kind),
                                         IndexKindName(finding.index), finding.id, finding.cause);
    output.Line(line);
    if (explain && !finding.detail.empty()) output.Line("            " + finding.detail);
  }

  static nlohmann::ordered_json AsJson(const VerificationResult& result) {
    nlohmann::ordered_json out;
    out["verification"] = ToJson(result.report);
    out["finding_count"] = result.finding_count;
    auto findings = nlohmann::ordered_json::array();
    for (const Finding& finding : result.findings) findings.push_back(ToJson(finding));
    out["findings"] = std::move(findings);
    out["findings_file"] =
        result.findings_file.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(result.findings_file);
    out["errors"] = ToJson(result.groups);
    if (result.repaired) {
      out["repair"] = {{"assets", result.repaired->assets},
                       {"files", result.repaired->files},
                       {"files_indexed_directly", result.repaired->direct},
                       {"removed", result.repaired->removed},
                       {"failed", result.repaired->failed}};
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<Command> MakeVerify() { return std::make_unique<VerifyCommand>(); }

}  // namespace vams::cli
