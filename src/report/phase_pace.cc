#include "report/phase_pace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace vams {
namespace {

constexpr Duration kLeastSample = std::chrono::milliseconds(500);
constexpr double kSmoothedOverSeconds = 5;

double Seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

void PhasePace::Start(Duration now, std::uint64_t expected) {
  *this = PhasePace();
  started_ = now;
  measured_at_ = now;
  counts_.expected = expected;
}

void PhasePace::Advance(Duration now, const PhaseCounts& counts) {
  const std::uint64_t expected = counts.expected == 0 ? counts_.expected : counts.expected;
  counts_ = counts;
  counts_.expected = expected;
  const Duration passed = now - measured_at_;
  if (passed < kLeastSample) return;
  const std::uint64_t handled = Handled(counts);
  const double sample = static_cast<double>(handled - std::min(handled, measured_)) / Seconds(passed);
  const bool first = measured_at_ == started_;
  const double weight = first ? 1 : 1 - std::exp(-Seconds(passed) / kSmoothedOverSeconds);
  rate_ += weight * (sample - rate_);
  measured_at_ = now;
  measured_ = handled;
}

std::optional<Duration> PhasePace::TimeLeft() const {
  const std::uint64_t handled = Handled(counts_);
  if (counts_.expected == 0 || rate_ < 1e-9) return std::nullopt;
  if (handled >= counts_.expected) return Duration{0};
  const double seconds = static_cast<double>(counts_.expected - handled) / rate_;
  if (seconds > 1e9) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

std::string FormatTimeSpan(Duration d) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::max(d, Duration{0})).count();
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string FormatRate(double per_second) {
  if (per_second >= 10) return Grouped(static_cast<std::uint64_t>(std::llround(per_second))) + "/s";
  return fmt::format("{:.1f}/s", per_second);
}

std::string DescribePace(const PhasePace& pace) {
  const PhaseCounts& counts = pace.counts();
  const std::uint64_t handled = PhasePace::Handled(counts);
  std::string out = Grouped(handled);
  if (counts.expected > 0) {
    // An estimate that turned out too low must not show 103 %.
    const std::uint64_t expected = std::max(counts.expected, handled);
    out += fmt::format(" of {} ({} %)", Grouped(expected),
                       static_cast<unsigned>(100.0 * static_cast<double>(handled) / static_cast<double>(expected)));
  }
  if (pace.rate() > 0) out += ", " + FormatRate(pace.rate());
  if (counts.failed > 0) out += ", " + Grouped(counts.failed) + " failed";
  if (counts.skipped > 0) out += ", " + Grouped(counts.skipped) + " skipped";
  if (counts.throttled > 0) out += ", " + Grouped(counts.throttled) + " throttled";
  if (const auto left = pace.TimeLeft(); left && *left > Duration{0}) out += ", " + FormatTimeSpan(*left) + " left";
  return out;
}

}  // namespace vams
