#include "run/plan.h"

#include <fmt/format.h>

#include <utility>

#include "run/rates.h"

namespace vams {
namespace {

constexpr std::uint64_t kOfSampled = 100;  // with location attribution one object in so many is looked at

RunVolume VolumeOf(const Options& options, const MigrationReport& report) {
  RunVolume volume;
  volume.verifies = !options.skip_verification;
  if (report.assets) volume.assets = report.assets->total;
  if (report.files) {
    volume.objects_listed = report.files->objects_scanned;
    volume.events = report.files->total;
    volume.buckets = report.files->buckets_processed;
    volume.heads =
        options.attribution == Attribution::kHead ? volume.objects_listed : volume.objects_listed / kOfSampled;
  }
  return volume;
}

}  // namespace

Result<RunPlan> PlanRun(const Options& options, Deployment& deployment, Clock& clock, Log& log, Progress& progress,
                        const StopFlag& stop) {
  Options look = options;
  look.dry_run = true;
  TRY_ASSIGN(MigrationResult result,
             RunMigration(look, deployment, clock, log, progress, stop, {.report_file = ReportFile::kNone}));
  RunPlan plan;
  plan.estimate = Estimate(VolumeOf(options, result.report), EffectiveRate(options, /*for_events=*/true),
                           EffectiveRate(options, /*for_events=*/false));
  plan.report = std::move(result.report);
  plan.outcome = result.outcome;
  return plan;
}

Status CheckCost(const Options& options, const RunPlan& plan) {
  if (!options.max_cost || options.local) return {};
  const double usd = plan.estimate.own_usd + plan.estimate.downstream_usd;
  if (usd <= *options.max_cost) return {};
  return std::unexpected(
      MakeError(ErrorCode::kPrecondition,
                "the run would cost about ${:.2f} (${:.2f} of it downstream), more than the ${:.2f} of --max-cost", usd,
                plan.estimate.downstream_usd, *options.max_cost)
          .WithHint("`vams-migrate plan` shows what it is made of; --limit, --database and --bucket make it smaller"));
}

}  // namespace vams
