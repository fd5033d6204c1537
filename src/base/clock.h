#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace vams {

using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

// Time comes from outside, so that tests decide it. Safe for concurrent calls.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime Now() const = 0;        // wall clock, for what people and services read
  virtual Duration Elapsed() const = 0;   // monotonic, from an arbitrary start, for measuring and deadlines
  virtual void SleepFor(Duration d) = 0;  // a fake one moves its own time instead
};

class SystemClock final : public Clock {
 public:
  UtcTime Now() const override;
  Duration Elapsed() const override;
  void SleepFor(Duration d) override;
};

// 2024-01-15T10:00:00.000Z
std::string FormatIsoMillis(UtcTime t);
void AppendIsoMillis(std::string& out, UtcTime t);
// 2024-01-15T10:00:00Z, cut to whole seconds
std::string FormatIsoSeconds(UtcTime t);
// 2025-05-31T22:00:00.123456+00:00, the form of `_os_reindex_date` (Python's isoformat with microseconds always
// written)
std::string FormatPythonIso(UtcTime t);
// 20240115_100000, for file names
std::string FormatCompact(UtcTime t);
// Reads YYYY-MM-DDTHH:MM:SS[.fraction](Z|+00:00|nothing) as UTC; nullopt for anything else or an impossible date.
std::optional<UtcTime> ParseIso(std::string_view text);

}  // namespace vams
