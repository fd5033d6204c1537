#include "base/clock.h"

#include <fmt/chrono.h>

#include <charconv>
#include <ctime>
#include <iterator>
#include <thread>

namespace vams {
namespace {

std::tm ToTm(UtcTime t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  // Not by way of system_clock, whose nanoseconds end in the year 2262.
  return fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count()));
}

long SubSecondMicros(UtcTime t) { return (t - std::chrono::floor<std::chrono::seconds>(t)).count(); }

void AppendDigits(std::string& out, unsigned value, std::size_t count) {
  const std::size_t begin = out.size();
  out.resize(begin + count);
  for (std::size_t i = begin + count; i-- > begin; value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

// "2025-06-01T12:00:00". Every event, every signature has one, so it is not left to a general formatter.
void AppendDateTime(std::string& out, UtcTime t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{day};
  const auto year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) {
    fmt::format_to(std::back_inserter(out), "{:%Y-%m-%dT%H:%M:%S}", ToTm(t));
    return;
  }
  const auto left = static_cast<unsigned>((seconds - day).count());
  AppendDigits(out, static_cast<unsigned>(year), 4);
  out.push_back('-');
  AppendDigits(out, static_cast<unsigned>(date.month()), 2);
  out.push_back('-');
  AppendDigits(out, static_cast<unsigned>(date.day()), 2);
  out.push_back('T');
  AppendDigits(out, left / 3600, 2);
  out.push_back(':');
  AppendDigits(out, left / 60 % 60, 2);
  out.push_back(':');
  AppendDigits(out, left % 60, 2);
}

std::optional<int> Digits(std::string_view text, std::size_t at, std::size_t n) {
  if (at + n > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

UtcTime SystemClock::Now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Duration SystemClock::Elapsed() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

void SystemClock::SleepFor(Duration d) { std::this_thread::sleep_for(d); }

void AppendIsoMillis(std::string& out, UtcTime t) {
  AppendDateTime(out, t);
  out.push_back('.');
  AppendDigits(out, static_cast<unsigned>(SubSecondMicros(t) / 1000), 3);
  out.push_back('Z');
}

std::string FormatIsoMillis(UtcTime t) {
  std::string out;
  out.reserve(24);
  AppendIsoMillis(out, t);
  return out;
}

std::string FormatIsoSeconds(UtcTime t) {
  std::string out;
  out.reserve(24);
  AppendDateTime(out, t);
  out.push_back('Z');
  return out;
}

std::string FormatPythonIso(UtcTime t) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}+00:00", ToTm(t), SubSecondMicros(t));
}

std::string FormatCompact(UtcTime t) { return fmt::format("{:%Y%m%d_%H%M%S}", ToTm(t)); }

std::optional<UtcTime> ParseIso(std::string_view text) {
  const auto year = Digits(text, 0, 4);
  const auto month = Digits(text, 5, 2);
  const auto day = Digits(text, 8, 2);
  const auto hour = Digits(text, 11, 2);
  const auto minute = Digits(text, 14, 2);
  const auto second = Digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  std::size_t at = 19;
  long micros = 0;
  if (at < text.size() && text[at] == '.') {
    long scale = 100000;
    std::size_t digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits, scale /= 10) {
      micros += scale * (text[at] - '0');
    }
    if (digits == 0) return std::nullopt;
  }
  const std::string_view zone = text.substr(at);
  if (!zone.empty() && zone != "Z" && zone != "+00:00") return std::nullopt;
  return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + std::chrono::microseconds{micros};
}

}  // namespace vams
