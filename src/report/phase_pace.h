#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "ports/progress.h"

namespace vams {

// How fast one phase goes, from what it reports: smoothed over about five seconds, so that the time left does not jump.
class PhasePace {
 public:
  void Start(Duration now, std::uint64_t expected);
  // Counts are since the start of the phase and never fall.
  void Advance(Duration now, const PhaseCounts& counts);

  const PhaseCounts& counts() const { return counts_; }
  Duration Took(Duration now) const { return now - started_; }
  // Items a second; 0 until half a second has gone by.
  double rate() const { return rate_; }
  // nullopt while the number expected or the rate is not known.
  std::optional<Duration> TimeLeft() const;

  static std::uint64_t Handled(const PhaseCounts& counts) { return counts.done + counts.failed + counts.skipped; }

 private:
  Duration started_{0};
  Duration measured_at_{0};
  std::uint64_t measured_ = 0;
  double rate_ = 0;
  PhaseCounts counts_;
};

// "0:04", "12:30", "1:02:03"
std::string FormatTimeSpan(Duration d);
// "9,800/s", "3.2/s"
std::string FormatRate(double per_second);
// "12,000 of 50,000 (24 %), 9,800/s, 2 failed, 1 skipped, 5 throttled, 0:04 left"; parts that are nothing are left out.
std::string DescribePace(const PhasePace& pace);

}  // namespace vams
