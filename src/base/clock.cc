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

template <std::size_t kCount>
void WriteDigits(char* to, unsigned value) {
  for (std::size_t i = kCount; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
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
  char text[] = "0000-00-00T00:00:00";
  WriteDigits<4>(text, static_cast<unsigned>(year));
  WriteDigits<2>(text + 5, static_cast<unsigned>(date.month()));
  WriteDigits<2>(text + 8, static_cast<unsigned>(date.day()));
  WriteDigits<2>(text + 11, left / 3600);
  WriteDigits<2>(text + 14, left / 60 % 60);
  WriteDigits<2>(text + 17, left % 60);
  out.append(text, sizeof text - 1);
}

// Falls below zero where one of the `count` characters is no digit.
int ReadDigits(const char* from, std::size_t count) {
  int value = 0;
  bool digits = true;
  for (std::size_t i = 0; i < count; ++i) {
    digits = digits && from[i] >= '0' && from[i] <= '9';
    value = value * 10 + (from[i] - '0');
  }
  return digits ? value : -1;
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
  char fraction[] = ".000Z";
  WriteDigits<3>(fraction + 1, static_cast<unsigned>(SubSecondMicros(t) / 1000));
  out.append(fraction, sizeof fraction - 1);
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
  if (text.size() < std::string_view("2025-06-01T12:00:00").size()) return std::nullopt;
  const int year = ReadDigits(text.data(), 4);
  const int month = ReadDigits(text.data() + 5, 2);
  const int day = ReadDigits(text.data() + 8, 2);
  const int hour = ReadDigits(text.data() + 11, 2);
  const int minute = ReadDigits(text.data() + 14, 2);
  const int second = ReadDigits(text.data() + 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
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
  return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::microseconds{micros};
}

}  // namespace vams
