#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"
#include "cli/version.h"
#include "run/migration.h"
#include "run/plan.h"
#include "run/state/earlier_runs.h"

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

// The cost of what `request` would do, found out without doing it.
Status CheckCostOf(Invocation& in, Deployment& deployment, const MigrationRequest& request, Log& log) {
  const Options& options = in.options;
  std::optional<EarlierRun> earlier;
  if (const auto& id = request.resume ? request.resume : request.replay) {
    TRY_ASSIGN(earlier, ReadRun(options.state_dir, *id));
  }
  if (request.replay) return CheckCost(options, PlanItems(earlier->failed_items, options));
  log.Info("Looking at what the run would cost (--max-cost)");
  NoLog quiet;
  NoProgress none;
  TRY_ASSIGN(RunPlan plan, PlanRun(options, deployment, in.context.clock, quiet, none, in.context.stop));
  if (in.context.stop.requested()) {
    return Fail(ErrorCode::kCancelled, "{}, while the cost was looked at: nothing was begun", WhyStopped(in));
  }
  return CheckCost(options, earlier ? LeftOf(std::move(plan), *earlier, options) : std::move(plan));
}

Exit RunWith(Invocation& in, MigrationRequest request) {
  request.program_version = kVersion;
  Console console(in, LogTo::kStandardOutput);
  const bool verifies = !in.options.skip_verification && !in.options.dry_run;
  auto deployment = OpenVams(in, {.indexes = !in.options.skip_verification, .documents = verifies}, &console.log());
  if (!deployment) return in.output.Failure(deployment.error());
  for (const std::string& note : in.notes) console.log().Warning("{}", note);
  if (in.options.max_cost && !in.options.local && !in.options.dry_run) {
    const auto affordable = CheckCostOf(in, *deployment, request, console.log());
    if (!affordable) return in.output.Failure(affordable.error());
  }
  auto result = RunMigration(in.options, *deployment, in.context.clock, console.log(), console.progress(),
                             in.context.stop, request);
  if (!result) return in.output.Failure(result.error());
  auto report = ToJson(result->report);
  if (request.report_file == ReportFile::kWrite) report["report_file"] = result->report_file.string();
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
  Exit Run(Invocation& in) override { return RunWith(in, {}); }
};

// What both take a run and its configuration for.
class OfRunCommand : public Command {
 public:
  void Define(Flags& flags) override {
    flags.Argument("RUN", run_, "the id of the run, as `vams-migrate runs` lists it, or latest");
  }

 protected:
  Result<std::string> RunId(const Invocation& in) const { return FindRunId(in.options.state_dir, run_); }

 private:
  std::string run_;
};

class ResumeCommand final : public OfRunCommand {
 public:
  CommandInfo info() const override {
    return {.name = "resume",
            .summary = "resume a run that was stopped or killed; what is confirmed is not sent again",
            .example =
                "vams-migrate runs                                      # which there are\n"
                "vams-migrate resume 20260115_100000 --config prod.json # with the configuration and flags of the run",
            .kind = CommandKind::kRun,
            .drains_on_signal = true,
            .logs_notes = true,
            .without_flags = {"dry-run"}};
  }
  Exit Run(Invocation& in) override {
    auto id = RunId(in);
    return id ? RunWith(in, {.resume = *std::move(id)}) : in.output.Failure(id.error());
  }
};

class ReplayCommand final : public OfRunCommand {
 public:
  CommandInfo info() const override {
    return {.name = "replay",
            .summary = "try the failed items of a run again, and nothing else; a run of its own",
            .example = "vams-migrate replay 20260115_100000 --config prod.json",
            .kind = CommandKind::kRun,
            .drains_on_signal = true,
            .logs_notes = true,
            .without_flags = {"limit"}};
  }
  Exit Run(Invocation& in) override {
    auto id = RunId(in);
    return id ? RunWith(in, {.replay = *std::move(id)}) : in.output.Failure(id.error());
  }
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
    return RunWith(in, {.report_file = ReportFile::kNone});
  }
};

}  // namespace

std::unique_ptr<Command> MakeRun() { return std::make_unique<RunCommand>(); }
std::unique_ptr<Command> MakeResume() { return std::make_unique<ResumeCommand>(); }
std::unique_ptr<Command> MakeReplay() { return std::make_unique<ReplayCommand>(); }
std::unique_ptr<Command> MakeReindex() { return std::make_unique<ReindexCommand>(); }

}  // namespace vams::cli
