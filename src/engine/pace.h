#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/units.h"

namespace vams {

struct PaceLimits {
  std::size_t most_in_flight = 64;       // requests, at least 1
  std::size_t first_in_flight = 4;       // requests a run begins with
  std::optional<PerSecond> most_rate{};  // units a second that the person allows
  PerSecond first_rate{400};             // units a second a run begins with
  bool adapts = true;                    // false: the limits alone, for a service within the process
};

// How many requests one resource gets at once and how fast, found out while it is used. A unit is what the service
// counts: an event, a touch, an object.
//
// In flight: grows while the latency holds, shrinks as it climbs, halves on a throttle. Rate: doubles until the first
// throttle; then stays just below what was delivered, feels its way up again, and runs when the old ceiling has gone.
// A resource that answers nothing is down: it gets one request at a time, ever more seldom, until it answers again.
//
// Arithmetic only: no clock, no sleeping, no lock. Times are those of a monotonic clock.
class Pace {
 public:
  explicit Pace(const PaceLimits& limits);

  bool MayStart(Duration now) const;
  // From when on a request may start if none ends before; nullopt: one has to end first.
  std::optional<Duration> StartsAt() const;
  void OnStart(Duration now, std::size_t units);

  // Each request ends by one of these. `started` is when OnStart was called for it.
  void OnDone(Duration now, Duration started, std::size_t units);
  void OnThrottled(Duration now, Duration started, std::size_t units);
  void OnNoAnswer(Duration now);  // lost, refused by a broken server, timed out
  void OnRefused();               // an answer that says nothing about the resource's strength

  bool down() const { return down_since_.has_value(); }
  std::optional<Duration> down_since() const { return down_since_; }
  std::uint64_t successes() const { return successes_; }
  std::size_t in_flight() const { return in_flight_; }
  double window() const { return window_; }
  double rate() const { return rate_; }  // units a second

 private:
  // Units of the last second, by twentieths.
  class Meter {
   public:
    void Add(Duration now, double units);
    // Units a second over the last `span` (at most a second), or since the first Add where that is shorter.
    double Rate(Duration now, Duration span) const;

   private:
    static constexpr std::size_t kSlots = 21;
    std::array<double, kSlots> units_{};
    std::array<std::int64_t, kSlots> slot_{};
    std::optional<Duration> first_;
  };

  void OnLatency(Duration took);
  void GrowRate(Duration now);
  double ThrottledShare(Duration now) const;

  const PaceLimits limits_;
  std::size_t in_flight_ = 0;
  std::uint64_t successes_ = 0;

  double window_;
  bool ramps_ = true;  // the window still doubles
  double short_latency_ = 0;
  double long_latency_ = 0;
  double answers_ = 0;  // since the window was last changed

  double rate_;
  double next_free_ = 0;  // microseconds
  std::optional<double> ceiling_;
  Duration hold_until_{0};
  Duration grown_{0};
  std::optional<Duration> beyond_since_;
  std::optional<Duration> lowered_;
  double share_when_lowered_ = 0;
  int fruitless_ = 0;                  // lowerings in a row after which as much was refused as before
  std::optional<double> noise_share_;  // the share that is refused whatever the rate
  Meter delivered_;
  Meter throttled_;

  std::uint32_t unanswered_ = 0;  // in a row
  Duration first_unanswered_{0};
  std::optional<Duration> down_since_;
  Duration next_probe_{0};
  Duration probe_pause_{0};
};

}  // namespace vams
