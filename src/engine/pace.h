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
// Each lowering is a trial: where as much is refused after it as before, several times in a row, the rate is not the
// reason, and that share is taken as given until more is refused.
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
  // `delivered`: of a request that was refused in part.
  void OnThrottled(Duration now, Duration started, std::size_t refused, std::size_t delivered = 0);
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

  // Of the requests begun since the last lowering, the newest few hundred.
  struct Sample {
    double passed = 0;
    double refused = 0;
    double size() const { return passed + refused; }
    double share() const { return size() > 0 ? refused / size() : 0; }
  };
  // A row of lowerings, the last of which is being tried out: does it help?
  struct Trial {
    double rate_before = 0;  // the row
    double window_before = 0;
    double share_before = 0;  // the last one
    int fruitless = 0;        // after how many as much was refused as before
  };

  void Answered();
  void Sampled(Duration now, Duration started, bool refused);
  void Lower(Duration now);
  void Judge(Duration now);
  void OnLatency(Duration took);
  void GrowRate(Duration now);

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
  Sample sample_;
  std::optional<Trial> trial_;
  double noise_ = 0;  // the share that is refused whatever the rate
  Meter delivered_;
  Meter throttled_;

  std::uint32_t unanswered_ = 0;  // in a row
  Duration first_unanswered_{0};
  std::optional<Duration> down_since_;
  Duration next_probe_{0};
  Duration probe_pause_{0};
};

}  // namespace vams
