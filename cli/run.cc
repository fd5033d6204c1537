#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deadline.h"
#include "cli/deployment.h"
#include "run/migration.h"
#include "run/plan.h"

namespace vams::cli {
namespace {

Exit ExitOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSuccess: return Exit::kOk;
    case Outcome::kFindings: return Exit::kDifferences;
    case Outcome::kInterrupted: return Exit::kInterrupted;
  }
  return Exit::kDifferences;
}

Exit RunWith(Invocation& in, ReportFile report_file) {
  Console console(in, LogTo::kStandardOutput);
  const bool verifies = !in.options.skip_verification && !in.options.dry_run;
  auto deployment = OpenVams(in, {.indexes = !in.options.skip_verification, .documents = verifies}, &console.log());
  if (!deployment) return in.output.Failure(deployment.error());
  for (const std::string& note : in.notes) console.log().Warning("{}", note);
  if (in.options.max_cost && !in.options.local && !in.options.dry_run) {
    console.log().Info("Looking at what the run would cost (--max-cost)");
    NoLog quiet;
    NoProgress none;
    const auto plan = PlanRun(in.options, *deployment, in.context.clock, quiet, none, in.context.stop);
    if (!plan) return in.output.Failure(plan.error());
    if (const auto affordable = CheckCost(in.options, *plan); !affordable) return in.output.Failure(affordable.error());
    if (in.context.stop.requested()) return Exit::kInterrupted;
  }
  const Deadline deadline(in.options.deadline, in.context.stop);
  auto result = RunMigration(in.options, *deployment, in.context.clock, console.log(), console.progress(),
                             in.context.stop, report_file);
  if (!result) return in.output.Failure(result.error());
  auto report = ToJson(result->report);
  if (report_file == ReportFile::kWrite) report["report_file"] = result->report_file.string();
  in.output.Json(report);
  return ExitOf(result->outcome);
}

class RunCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "run",
            .summary = "the migration: reindex assets, then files, wait, verify, report",
            .example =
                "vams-migrate --config prod.json --dry-run      # shows what would be done\n"
                "vams-migrate --config prod.json --limit 100    # a small part first\n"
                "vams-migrate --config prod.json                # all of it; the report is in reports/",
            .kind = CommandKind::kRun,
            .drains_on_signal = true,
            .logs_notes = true};
  }
  Exit Run(Invocation& in) override { return RunWith(in, ReportFile::kWrite); }
};

class ReindexCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "",
            .summary = "Reindexes the assets, the files or both of a VAMS, without verification and report.",
            .example =
                "vams-reindex --profile my-profile --asset-table vams-AssetStorageTable --operation assets\n"
                "vams-reindex --local DIR --operation both",
            .kind = CommandKind::kReindex,
            .drains_on_signal = true,
            .logs_notes = true,
            .without_flags = {"report-dir"}};
  }
  Exit Run(Invocation& in) override {
    in.options.skip_verification = true;
    return RunWith(in, ReportFile::kNone);
  }
};

}  // namespace

std::unique_ptr<Command> MakeRun() { return std::make_unique<RunCommand>(); }
std::unique_ptr<Command> MakeReindex() { return std::make_unique<ReindexCommand>(); }

}  // namespace vams::cli
