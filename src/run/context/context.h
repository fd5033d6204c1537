#pragma once

#include "backends/open.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/stop.h"
#include "config/options.h"
#include "ports/log.h"
#include "ports/progress.h"
#include "report/findings.h"

namespace vams {

class RunJournal;

// What every phase of one run works with. All of it outlives the run.
struct RunContext {
  const Options& options;
  Deployment& deployment;
  Clock& clock;
  Log& log;
  Progress& progress;
  const StopFlag& stop;
  FindingSink& findings;
  Random01 random = SystemRandom();
  RunJournal* journal = nullptr;  // where what is confirmed is kept; null: nowhere
};

}  // namespace vams
