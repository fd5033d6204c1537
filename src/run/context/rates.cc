#include "run/context/rates.h"

#include <algorithm>

namespace vams {

std::optional<PerSecond> EffectiveRate(const Options& options, bool for_events) {
  std::optional<double> rate;
  if (options.max_rate) rate = options.max_rate->value;
  const auto delay = options.reindex.sns_publish_delay.value_or(std::chrono::microseconds{0});
  if (for_events && delay.count() > 0) {
    constexpr std::uint32_t kDefaultWorkers = 10;  // the guide's
    const double workers = options.reindex.max_workers.value_or(kDefaultWorkers);
    const double by_delay = workers * 1e6 / static_cast<double>(delay.count());
    rate = rate ? std::min(*rate, by_delay) : by_delay;
  }
  if (!rate) return std::nullopt;
  return PerSecond{*rate};
}

void TellOutage(Log& log, const FlowNote& note) {
  if (note.kind == FlowNote::Kind::kUp) {
    log.Info("{} answers again: the run goes on", note.resource);
  } else {
    log.Warning("{} does not answer ({}): the run waits and goes on by itself", note.resource,
                note.error ? note.error->message : "");
  }
}

void Pause(const RunContext& run, Duration how_long) {
  constexpr Duration kStep = std::chrono::milliseconds(100);
  while (how_long > Duration{0} && !run.stop.requested()) {
    const Duration step = std::min(how_long, kStep);
    run.clock.SleepFor(step);
    how_long -= step;
  }
}

}  // namespace vams
