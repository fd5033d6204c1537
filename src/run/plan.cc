#include "run/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/limits.h"

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

RunEstimate EstimateOf(const RunVolume& volume, const Options& options) {
  return Estimate(volume, EffectiveRate(options, /*for_events=*/true), EffectiveRate(options, /*for_events=*/false));
}

// What costs next to nothing must not look like nothing.
std::string Dollars(double usd) {
  return usd >= 0.01 || usd == 0 ? fmt::format("${:.2f}", usd) : fmt::format("${:.2g}", usd);
}

bool Over(Standing standing) { return standing == Standing::kEnded || standing == Standing::kLeftOut; }

std::uint64_t Less(std::uint64_t all, std::uint64_t done) { return all - std::min(all, done); }

}  // namespace

RunPlan LeftOf(RunPlan plan, const EarlierRun& done, const Options& options) {
  RunVolume& volume = plan.volume;
  volume.assets = Over(done.assets) ? 0 : Less(volume.assets, done.asset_report.total);
  if (Over(done.files)) {
    volume = {.assets = volume.assets, .verifies = volume.verifies};
  } else {
    const std::uint64_t listed = std::max<std::uint64_t>(volume.objects_listed, 1);
    volume.objects_listed = Less(volume.objects_listed, done.file_report.objects_scanned);
    volume.heads = volume.heads * volume.objects_listed / listed;
    volume.events = Less(volume.events, done.file_report.total);
  }
  plan.estimate = EstimateOf(volume, options);
  return plan;
}

RunPlan PlanItems(std::uint64_t items, const Options& options) {
  RunPlan plan{.volume = {.assets = items, .heads = items, .events = items, .verifies = !options.skip_verification}};
  plan.estimate = EstimateOf(plan.volume, options);
  return plan;
}

Result<RunPlan> PlanRun(const Options& options, Deployment& deployment, Clock& clock, Log& log, Progress& progress,
                        const StopFlag& stop) {
  Options look = options;
  look.dry_run = true;
  TRY_ASSIGN(MigrationResult result,
             RunMigration(look, deployment, clock, log, progress, stop, {.report_file = ReportFile::kNone}));
  RunPlan plan;
  plan.volume = VolumeOf(options, result.report);
  plan.estimate = EstimateOf(plan.volume, options);
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
                "the run would cost about {} ({} of it downstream), more than the {} of --max-cost", Dollars(usd),
                Dollars(plan.estimate.downstream_usd), Dollars(*options.max_cost))
          .WithHint("`vams-migrate plan` shows what it is made of; --limit, --database and --bucket make it smaller"));
}

}  // namespace vams
