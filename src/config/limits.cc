#include "config/limits.h"

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

}  // namespace vams
