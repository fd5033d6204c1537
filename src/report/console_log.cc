#include "report/console_log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include <utility>

#include "base/text.h"

namespace vams {
namespace {

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kCritical: return spdlog::level::critical;
  }
  return spdlog::level::info;
}

// spdlog writes "warning" and "critical" in its own way; scripts that read the guide's log know Python's names.
class PythonLevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    out.append(Name(message.level));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<PythonLevelName>(); }

 private:
  static std::string_view Name(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::warn: return "WARNING";
      case spdlog::level::err: return "ERROR";
      case spdlog::level::critical: return "CRITICAL";
      case spdlog::level::debug:
      case spdlog::level::trace: return "DEBUG";
      default: return "INFO";
    }
  }
};

}  // namespace

struct ConsoleLog::Impl {
  explicit Impl(std::ostream& out)
      : logger("vams-migrate", std::make_shared<spdlog::sinks::ostream_sink_mt>(out, /*force_flush=*/true)) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<PythonLevelName>('N').set_pattern("%Y-%m-%d %H:%M:%S - %N - %v");
    logger.set_formatter(std::move(formatter));
    logger.set_level(spdlog::level::trace);
  }
  spdlog::logger logger;
};

ConsoleLog::ConsoleLog(std::ostream& out, LogLevel least, StatusLine* line)
    : least_(least), line_(line), impl_(std::make_unique<Impl>(out)) {}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::Write(LogLevel level, std::string_view text) {
  if (!Enabled(level)) return;
  const auto write = [&] { impl_->logger.log(ToSpdlog(level), Printable(text)); };
  if (line_ != nullptr) {
    line_->Around(write);
  } else {
    write();
  }
}

}  // namespace vams
