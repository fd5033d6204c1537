#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "run/state/earlier_runs.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string_view NameOf(Standing standing, bool running) {
  switch (standing) {
    case Standing::kNotBegun: return "not begun";
    case Standing::kUnderWay: return running ? "under way" : "stopped";
    case Standing::kEnded: return "ended";
    case Standing::kLeftOut: return "left out";
  }
  return "";
}

struct Step {
  std::string command;
  std::string what_for;
};

// What may be done about the run as it stands.
std::vector<Step> NextSteps(const EarlierRun& run) {
  const std::string& id = run.summary.id;
  if (run.summary.running) return {};
  std::vector<Step> steps;
  if (run.summary.resumable) {
    steps.push_back({"vams-migrate resume " + id, "continue, with the same configuration and flags"});
  }
  if (!run.ended && !run.summary.replay_of.empty()) {
    steps.push_back({"vams-migrate replay " + run.summary.replay_of, "try the items of that run again"});
  }
  if (run.ended && run.failed_items > 0) {
    steps.push_back({"vams-migrate replay " + id, fmt::format("try the {} failed items again", run.failed_items)});
  }
  if (run.ended && run.errors.size() > 0) {
    steps.push_back({"vams-migrate verify", "compare the indexes with the source as they are now"});
  }
  return steps;
}

Json AsJson(const EarlierRun& run) {
  const RunSummary& summary = run.summary;
  Json json{{"run_id", summary.id},
            {"state", summary.state},
            {"running", summary.running},
            {"resumable", summary.resumable},
            {"replay_of", summary.replay_of.empty() ? Json(nullptr) : Json(summary.replay_of)},
            {"program_version", run.program_version},
            {"begun", FormatIsoMillis(summary.created)},
            {"ended", run.ended ? Json(FormatIsoMillis(*run.ended)) : Json(nullptr)},
            {"phases",
             {{"assets", NameOf(run.assets, summary.running)},
              {"files", NameOf(run.files, summary.running)},
              {"wait", NameOf(run.wait, summary.running)},
              {"verification", NameOf(run.verify, summary.running)}}},
            {"asset_reindexing", ToJson(run.asset_report, false)},
            {"file_reindexing", ToJson(run.file_report, true)},
            {"verification", Json::parse(run.verification, nullptr, false)},
            {"errors", ToJson(run.errors)},
            {"findings", run.findings},
            {"findings_file", run.findings_file.empty() ? Json(nullptr) : Json(run.findings_file)},
            {"failed_items", run.failed_items},
            {"next_steps", Json::array()}};
  if (json["verification"].is_discarded()) json["verification"] = nullptr;
  for (const Step& step : NextSteps(run)) {
    json["next_steps"].push_back({{"command", step.command}, {"what_for", step.what_for}});
  }
  return json;
}

class Text {
 public:
  Text(Output& out, const EarlierRun& run) : out_(out), run_(run) {}

  void Print() {
    const RunSummary& summary = run_.summary;
    Line("Run {}: {}{}", summary.id, summary.state, summary.resumable ? ", resumable" : "");
    if (!summary.replay_of.empty()) Line("  Tries the failed items of run {} again", summary.replay_of);
    Line("  Begun: {}", FormatIsoSeconds(summary.created));
    if (run_.ended) Line("  Ended: {}", FormatIsoSeconds(*run_.ended));
    Assets();
    Files();
    Verification();
    Findings();
    const auto steps = NextSteps(run_);
    if (steps.empty()) return;
    Line("What next:");
    for (const Step& step : steps) Line("  {}   # {}", step.command, step.what_for);
  }

 private:
  template <class... Args>
  void Line(fmt::format_string<Args...> text, Args&&... args) {
    out_.Line(Printable(fmt::format(text, std::forward<Args>(args)...)));
  }
  void Count(std::string_view name, std::uint64_t count) {
    if (count > 0) Line("  {}: {}", name, count);
  }

  void Assets() {
    const PhaseReport& report = run_.asset_report;
    Line("Assets: {}", NameOf(run_.assets, run_.summary.running));
    if (run_.assets == Standing::kLeftOut || run_.assets == Standing::kNotBegun) return;
    Line("  Success: {} of {}", report.succeeded, report.total);
    Count("Failed", report.failed);
    Count("Deleted meanwhile", report.gone);
    Count("Invalid records", report.invalid);
  }

  void Files() {
    const PhaseReport& report = run_.file_report;
    Line("Files: {}", NameOf(run_.files, run_.summary.running));
    if (run_.files == Standing::kLeftOut || run_.files == Standing::kNotBegun) return;
    Line("  Objects scanned: {}", report.objects_scanned);
    Line("  Success: {} of {}", report.succeeded, report.total);
    Count("Failed", report.failed);
    Count("Skipped by rule", report.skipped_count());
    for (const auto& [rule, count] : report.skipped) Line("    {}: {}", rule, count);
    Count("Withheld by hazard", report.withheld_count());
    for (const auto& [hazard, count] : report.withheld) Line("    {}: {}", hazard, count);
  }

  void Verification() {
    Line("Wait for the indexers: {}", NameOf(run_.wait, run_.summary.running));
    Line("Verification: {}", NameOf(run_.verify, run_.summary.running));
    const Json verification = Json::parse(run_.verification, nullptr, false);
    if (!verification.is_object()) return;
    const auto number = [&](const char* index, const char* name) -> std::uint64_t {
      const Json part = verification.value(index, Json::object());
      const Json count = part.is_object() ? part.value(name, Json()) : Json();
      return count.is_number_unsigned() ? count.get<std::uint64_t>() : 0;
    };
    for (const auto& [title, index] :
         {std::pair("Asset index", "asset_index"), std::pair("File index", "file_index")}) {
      Line("  {}: {} of {} right; {} missing, {} stale, {} unexpected", title, number(index, "ok"),
           number(index, "expected_documents"), number(index, "missing"), number(index, "stale"),
           number(index, "unexpected"));
    }
    Line("  Overall success: {}", verification.value("overall_success", Json()) == Json(true) ? "YES" : "NO");
  }

  void Findings() {
    if (run_.findings == 0) return;
    Line("Findings: {}. All in {}", Counted(), run_.findings_file);
    for (const FindingGroup& group : run_.errors) {
      Line("  {} {} ({}): {}", group.count, FindingKindName(group.kind), IndexKindName(group.index), group.cause);
      for (const std::string& example : group.examples) Line("    such as {}", example);
      if (const std::string fix = FixFor(group); !fix.empty()) Line("    fix: {}", fix);
    }
  }

  // "681 missing, 620 withheld, 2,089 skipped by rule"
  std::string Counted() const {
    std::string out;
    std::uint64_t rest = run_.findings;
    std::map<FindingKind, std::uint64_t> by_kind;
    for (const FindingGroup& group : run_.errors) by_kind[group.kind] += group.count;
    for (const auto& [kind, count] : by_kind) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", Grouped(count), FindingKindName(kind));
      rest -= std::min(rest, count);
    }
    if (rest > 0) out += fmt::format("{}{} skipped by rule", out.empty() ? "" : ", ", Grouped(rest));
    return out;
  }

  Output& out_;
  const EarlierRun& run_;
};

class ReportCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "report",
            .summary = "what an earlier run did, found and left to be done, from its journal",
            .example =
                "vams-migrate runs                              # which there are\n"
                "vams-migrate report 20260115_100000\n"
                "vams-migrate report 20260115_100000 --output json",
            .kind = CommandKind::kRuns};
  }
  void Define(Flags& flags) override {
    flags.Argument("RUN", run_, "the id of the run, as `vams-migrate runs` lists it, or latest");
  }

  Exit Run(Invocation& in) override {
    const auto id = FindRunId(in.options.state_dir, run_);
    if (!id) return in.output.Failure(id.error());
    const auto run = ReadRun(in.options.state_dir, *id);
    if (!run) return in.output.Failure(run.error());
    Text(in.output, *run).Print();
    in.output.Json(AsJson(*run));
    return Exit::kOk;
  }

 private:
  std::string run_;
};

}  // namespace

std::unique_ptr<Command> MakeReport() { return std::make_unique<ReportCommand>(); }

}  // namespace vams::cli
