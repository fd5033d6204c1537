#include "run/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"
#include "documents/hazards.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Dollars(double usd) { return usd < 0.01 ? std::string("under $0.01") : fmt::format("${:.2f}", usd); }

class PlanCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "plan",
            .summary = "everything that a run would do, without doing it: counts, hazards, requests, time, cost",
            .example =
                "vams-migrate plan --config prod.json\n"
                "vams-migrate plan --config prod.json --limit 1000    # a look at a part",
            .kind = CommandKind::kRun,
            .drains_on_signal = true,
            .without_flags = {"report-dir", "dry-run"}};
  }

  Exit Run(Invocation& in) override {
    // The lines of a run would bury the plan.
    in.options.log_level = std::max(in.options.log_level, LogLevel::kWarning);
    Console console(in, LogTo::kStandardError);
    auto deployment = OpenVams(in, {.indexes = !in.options.skip_verification}, &console.log());
    if (!deployment) return in.output.Failure(deployment.error());
    const auto plan =
        PlanRun(in.options, *deployment, in.context.clock, console.log(), console.progress(), in.context.stop);
    if (!plan) return in.output.Failure(plan.error());
    Print(in, plan->report, plan->estimate, !in.options.local);
    in.output.Json(AsJson(in, plan->report, plan->estimate));
    if (plan->outcome == Outcome::kInterrupted) return Exit::kInterrupted;
    return plan->outcome == Outcome::kSuccess ? Exit::kOk : Exit::kDifferences;
  }

 private:
  static void Print(Invocation& in, const MigrationReport& report, const RunEstimate& estimate, bool on_aws) {
    Output& output = in.output;
    if (in.options.limit) {
      output.Line(fmt::format("At most {} assets and {} files were looked at (--limit).",
                              Grouped(in.options.limit->value), Grouped(in.options.limit->value)));
    }
    if (report.assets) {
      output.Line(fmt::format("Assets: {} would be touched", Grouped(report.assets->total)));
      if (report.assets->invalid > 0) {
        output.Line(fmt::format("  {} records have no usable ids", Grouped(report.assets->invalid)));
      }
    }
    if (report.files) PrintFiles(output, *report.files);
    if (!on_aws) return;
    output.Line("");
    output.Line("Requests, with what the deployed functions send because of them ('downstream'):");
    for (const RequestEstimate& one : estimate.requests) {
      output.Line(fmt::format("  {:>14}  {}{}, {}", Grouped(one.requests), one.what,
                              one.downstream ? " (downstream)" : "", Dollars(one.usd)));
    }
    output.Line(fmt::format("  {:>14}  seconds of the deployed functions ({})", Grouped(estimate.function_seconds),
                            kFunctionTimeAssumption));
    output.Line(fmt::format("Cost, by the list prices of us-east-1: {} for the run, {} downstream",
                            Dollars(estimate.own_usd), Dollars(estimate.downstream_usd)));
    if (estimate.at_allowed_rate) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*estimate.at_allowed_rate).count();
      output.Line(fmt::format("Time: at least {} s at the rate that the settings allow",
                              Grouped(static_cast<std::uint64_t>(seconds))));
    }
  }

  static void PrintFiles(Output& output, const PhaseReport& files) {
    output.Line(fmt::format("Files: {} of {} objects in {} places would be published", Grouped(files.total),
                            Grouped(files.objects_scanned), Grouped(files.buckets_processed)));
    for (const auto& [rule, count] : files.skipped) {
      output.Line(fmt::format("  skipped: {} {}", Grouped(count), rule));
    }
    for (const auto& [name, count] : files.withheld) {
      output.Line(fmt::format("  withheld: {} {}", Grouped(count), name));
      if (const HazardInfo* hazard = HazardNamed(name)) {
        output.Line("    " + std::string(hazard->explanation));
        output.Line("    " + std::string(hazard->fix));
      }
    }
    if (files.failed > 0) output.Line(fmt::format("  cannot be told: {}", Grouped(files.failed)));
  }

  static Json AsJson(const Invocation& in, const MigrationReport& report, const RunEstimate& estimate) {
    Json out;
    out["limit"] = in.options.limit ? Json(in.options.limit->value) : Json(nullptr);
    out["assets"] = report.assets ? ToJson(*report.assets, /*files=*/false) : Json(nullptr);
    out["files"] = report.files ? ToJson(*report.files, /*files=*/true) : Json(nullptr);
    auto requests = Json::array();
    for (const RequestEstimate& one : estimate.requests) {
      requests.push_back(
          {{"what", one.what}, {"downstream", one.downstream}, {"requests", one.requests}, {"usd", one.usd}});
    }
    out["requests"] = std::move(requests);
    out["usd"] = {{"run", estimate.own_usd}, {"downstream", estimate.downstream_usd}};
    out["function_seconds"] = estimate.function_seconds;
    out["function_seconds_rest_on"] = kFunctionTimeAssumption;
    out["seconds_at_allowed_rate"] = estimate.at_allowed_rate
                                         ? Json(std::chrono::duration<double>(*estimate.at_allowed_rate).count())
                                         : Json(nullptr);
    return out;
  }
};

}  // namespace

std::unique_ptr<Command> MakePlan() { return std::make_unique<PlanCommand>(); }

}  // namespace vams::cli
