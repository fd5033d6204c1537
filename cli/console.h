#pragma once

#include <memory>

#include "cli/command.h"
#include "ports/log.h"
#include "ports/progress.h"
#include "report/status_line.h"

namespace vams::cli {

enum class LogTo {
  kStandardOutput,  // as the guide's script; with --output json standard error
  kStandardError,
};

// The log and the progress printer that the settings and the terminal ask for. Both end before the context does.
class Console {
 public:
  Console(const Invocation& invocation, LogTo log_to);
  Log& log() { return *log_; }
  Progress& progress() { return *progress_; }

 private:
  std::unique_ptr<StatusLine> line_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Progress> progress_;
};

// What `auto` stands for: a bar on a terminal that can move its cursor, unless NO_COLOR asks for plain text.
ProgressMode ChosenProgress(ProgressMode asked, const Context& context);

}  // namespace vams::cli
