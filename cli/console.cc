#include "cli/console.h"

#include "report/console_log.h"
#include "report/progress_printers.h"

namespace vams::cli {

ProgressMode ChosenProgress(ProgressMode asked, const Context& context) {
  if (asked != ProgressMode::kAuto) return asked;
  const auto terminal = context.environment("TERM");
  const auto no_color = context.environment("NO_COLOR");
  const bool plain = !terminal || terminal->empty() || *terminal == "dumb" || (no_color && !no_color->empty());
  return context.err_is_terminal && !plain ? ProgressMode::kBar : ProgressMode::kLog;
}

Console::Console(const Invocation& invocation, LogTo log_to) {
  Context& context = invocation.context;
  const Options& options = invocation.options;
  const ProgressMode mode = ChosenProgress(options.progress, context);
  const bool to_out = log_to == LogTo::kStandardOutput && options.output == OutputFormat::kText;
  if (mode == ProgressMode::kBar) line_ = std::make_unique<StatusLine>(context.err);
  const bool shares_terminal = line_ != nullptr && (to_out ? context.out_is_terminal : context.err_is_terminal);
  log_ = std::make_unique<ConsoleLog>(to_out ? context.out : context.err, options.log_level,
                                      shares_terminal ? line_.get() : nullptr);
  switch (mode) {
    case ProgressMode::kAuto:
    case ProgressMode::kLog: progress_ = std::make_unique<LogProgress>(*log_, context.clock); break;
    case ProgressMode::kBar: progress_ = std::make_unique<BarProgress>(*line_, context.columns, context.clock); break;
    case ProgressMode::kJson: progress_ = std::make_unique<JsonProgress>(context.err, context.clock); break;
    case ProgressMode::kNone: progress_ = std::make_unique<NoProgress>(); break;
  }
}

}  // namespace vams::cli
