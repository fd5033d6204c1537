#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace vams {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kCritical };

// Where stages write the lines that a person reads. Safe for concurrent calls; never fails.
class Log {
 public:
  virtual ~Log() = default;
  virtual void Write(LogLevel level, std::string_view line) = 0;
  virtual bool Enabled(LogLevel level) const = 0;

  template <class... Args>
  void Debug(fmt::format_string<Args...> text, Args&&... args) {
    Format(LogLevel::kDebug, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void Info(fmt::format_string<Args...> text, Args&&... args) {
    Format(LogLevel::kInfo, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void Warning(fmt::format_string<Args...> text, Args&&... args) {
    Format(LogLevel::kWarning, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void Error(fmt::format_string<Args...> text, Args&&... args) {
    Format(LogLevel::kError, text, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void Format(LogLevel level, fmt::format_string<Args...> text, Args&&... args) {
    if (Enabled(level)) Write(level, fmt::format(text, std::forward<Args>(args)...));
  }
};

class NoLog final : public Log {
 public:
  void Write(LogLevel, std::string_view) override {}
  bool Enabled(LogLevel) const override { return false; }
};

}  // namespace vams
