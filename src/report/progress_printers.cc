#include "report/progress_printers.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace vams {
namespace {

constexpr Duration kBarPause = std::chrono::milliseconds(100);
constexpr Duration kLeastPause = std::chrono::seconds(1);
constexpr Duration kMostPause = std::chrono::seconds(10);
constexpr std::size_t kBarCells = 20;
constexpr std::size_t kNameWidth = 8;

double Seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::string Bar(const PhaseCounts& counts) {
  const std::uint64_t handled = std::min(PhasePace::Handled(counts), counts.expected);
  const std::size_t full = counts.expected == 0 ? 0 : static_cast<std::size_t>(handled * kBarCells / counts.expected);
  return "[" + std::string(full, '#') + std::string(kBarCells - full, '.') + "]";
}

std::string Cut(std::string text, std::size_t columns) {
  if (text.size() > columns) text.resize(columns);  // ASCII throughout
  return text;
}

std::string Finished(Phase phase, const PhaseCounts& counts, Duration took) {
  std::string out = fmt::format("{:<{}} {}", PhaseName(phase), kNameWidth, Grouped(PhasePace::Handled(counts)));
  if (counts.failed > 0) out += ", " + Grouped(counts.failed) + " failed";
  if (counts.skipped > 0) out += ", " + Grouped(counts.skipped) + " skipped";
  if (counts.throttled > 0) out += ", " + Grouped(counts.throttled) + " throttled";
  out += fmt::format(" in {:.1f} s", Seconds(took));
  if (took >= kLeastPause)
    out += " (" + FormatRate(static_cast<double>(PhasePace::Handled(counts)) / Seconds(took)) + ")";
  return out;
}

}  // namespace

void BarProgress::OnPhaseStarted(Phase phase, std::uint64_t expected) {
  pace_.Start(clock_.Elapsed(), expected);
  drawn_at_ = clock_.Elapsed();
  line_.Show(Drawn(phase));
}

void BarProgress::OnAdvanced(Phase phase, const PhaseCounts& counts) {
  const Duration now = clock_.Elapsed();
  pace_.Advance(now, counts);
  if (now - drawn_at_ < kBarPause) return;
  drawn_at_ = now;
  line_.Show(Drawn(phase));
}

void BarProgress::OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) {
  line_.Finish(Cut(Finished(phase, counts, took), columns_));
}

std::string BarProgress::Drawn(Phase phase) const {
  std::string out = fmt::format("{:<{}} ", PhaseName(phase), kNameWidth);
  if (pace_.counts().expected > 0) out += Bar(pace_.counts()) + " ";
  // One column stays free: a full last column makes some terminals go to the next line.
  return Cut(out + DescribePace(pace_), columns_ > 1 ? columns_ - 1 : 1);
}

void LogProgress::OnPhaseStarted(Phase, std::uint64_t expected) {
  pace_.Start(clock_.Elapsed(), expected);
  written_at_ = clock_.Elapsed();
  pause_ = kLeastPause;
  written_ = 0;
}

void LogProgress::OnAdvanced(Phase phase, const PhaseCounts& counts) {
  const Duration now = clock_.Elapsed();
  pace_.Advance(now, counts);
  const bool moved = PhasePace::Handled(counts) != written_;
  if (now - written_at_ < (moved ? pause_ : kMostPause)) return;
  written_at_ = now;
  written_ = PhasePace::Handled(counts);
  // Short phases are seen moving, long ones do not fill the log.
  pause_ = std::min(pause_ * 2, kMostPause);
  log_.Info("{}: {}", PhaseName(phase), DescribePace(pace_));
}

void LogProgress::OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) {
  log_.Debug("{}", Finished(phase, counts, took));
}

void JsonProgress::OnPhaseStarted(Phase phase, std::uint64_t expected) {
  pace_.Start(clock_.Elapsed(), expected);
  written_at_ = clock_.Elapsed();
  Write(phase, "started", Duration{0});
}

void JsonProgress::OnAdvanced(Phase phase, const PhaseCounts& counts) {
  const Duration now = clock_.Elapsed();
  pace_.Advance(now, counts);
  if (now - written_at_ < kLeastPause) return;
  written_at_ = now;
  Write(phase, "advanced", pace_.Took(now));
}

void JsonProgress::OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) {
  pace_.Advance(clock_.Elapsed(), counts);
  Write(phase, "finished", took);
}

void JsonProgress::Write(Phase phase, std::string_view event, Duration took) {
  const PhaseCounts& counts = pace_.counts();
  const auto left = pace_.TimeLeft();
  nlohmann::ordered_json line;
  line["phase"] = PhaseName(phase);
  line["event"] = event;
  line["done"] = counts.done;
  line["failed"] = counts.failed;
  line["skipped"] = counts.skipped;
  line["throttled"] = counts.throttled;
  line["expected"] = counts.expected;
  line["seconds"] = Seconds(took);
  line["rate"] = pace_.rate() > 0 ? nlohmann::ordered_json(pace_.rate()) : nlohmann::ordered_json(nullptr);
  line["seconds_left"] = left ? nlohmann::ordered_json(Seconds(*left)) : nlohmann::ordered_json(nullptr);
  out_ << line.dump() << '\n' << std::flush;
}

}  // namespace vams
