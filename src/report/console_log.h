#pragma once

#include <memory>
#include <ostream>
#include <string_view>

#include "ports/log.h"
#include "report/status_line.h"

namespace vams {

// Writes lines such as "2024-01-15 10:00:00 - INFO - Found 5000 assets to reindex", in local time, with Python's names
// of the levels. Control characters and bytes that are no UTF-8 are written as \xhh: one call gives one line.
class ConsoleLog final : public Log {
 public:
  // `line` may be null; given when the stream and a status line share a terminal. Both outlive the log.
  ConsoleLog(std::ostream& out, LogLevel least, StatusLine* line);
  ~ConsoleLog() override;

  void Write(LogLevel level, std::string_view text) override;
  bool Enabled(LogLevel level) const override { return level >= least_; }

 private:
  struct Impl;
  const LogLevel least_;
  StatusLine* const line_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vams
