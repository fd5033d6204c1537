#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "base/clock.h"
#include "ports/log.h"
#include "ports/progress.h"
#include "report/phase_pace.h"
#include "report/status_line.h"

namespace vams {

// The printers draw when they are told of progress, never by themselves: for a line every ten seconds also while
// nothing moves, call OnAdvanced with the same counts at least once a second.

// One line that is overwritten, at most ten times a second; each finished phase leaves its last state.
class BarProgress final : public Progress {
 public:
  // `columns`: width of the terminal in characters.
  BarProgress(StatusLine& line, std::size_t columns, const Clock& clock)
      : line_(line), columns_(columns), clock_(clock) {}
  ~BarProgress() override { line_.Clear(); }
  void OnPhaseStarted(Phase phase, std::uint64_t expected) override;
  void OnAdvanced(Phase phase, const PhaseCounts& counts) override;
  void OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) override;

 private:
  std::string Drawn(Phase phase) const;

  StatusLine& line_;
  const std::size_t columns_;
  const Clock& clock_;
  PhasePace pace_;
  Duration drawn_at_{0};
};

// Lines of a log: at most one a second, at least one every ten seconds, and one at the end of a phase.
class LogProgress final : public Progress {
 public:
  LogProgress(Log& log, const Clock& clock) : log_(log), clock_(clock) {}
  void OnPhaseStarted(Phase phase, std::uint64_t expected) override;
  void OnAdvanced(Phase phase, const PhaseCounts& counts) override;
  void OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) override;

 private:
  Log& log_;
  const Clock& clock_;
  PhasePace pace_;
  Duration written_at_{0};
  Duration pause_{0};
  std::uint64_t written_ = 0;
};

// One JSON object a line, at most one a second and one at the start and the end of each phase:
// {"phase":"files","event":"advanced","done":1,"failed":0,"skipped":0,"throttled":0,"expected":9,"seconds":1.0,
//  "rate":1.0,"seconds_left":8.0}. "rate" and "seconds_left" are null while not known.
class JsonProgress final : public Progress {
 public:
  JsonProgress(std::ostream& out, const Clock& clock) : out_(out), clock_(clock) {}
  void OnPhaseStarted(Phase phase, std::uint64_t expected) override;
  void OnAdvanced(Phase phase, const PhaseCounts& counts) override;
  void OnPhaseFinished(Phase phase, const PhaseCounts& counts, Duration took) override;

 private:
  void Write(Phase phase, std::string_view event, Duration took);

  std::ostream& out_;
  const Clock& clock_;
  PhasePace pace_;
  Duration written_at_{0};
};

}  // namespace vams
