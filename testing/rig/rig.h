#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "testing/rig/faults.h"
#include "testing/rig/service.h"
#include "testing/rig/shape.h"
#include "testing/rig/world.h"

namespace vams::rig {

// How a reply goes out.
enum class Ending {
  kWhole,
  kReset,     // nothing is sent, the connection is reset
  kTruncate,  // half of it, then the connection is closed
  kSlow,      // in pieces
};

struct Outcome {
  Ending ending = Ending::kWhole;
  Nanoseconds delay{0};
  bool counted = true;  // false: a question about the rig itself
};

// The deployment with its faults, without any socket. One thread.
class Rig {
 public:
  Rig(const Shape& shape, const Settings& settings, FaultPlan plan, std::uint64_t seed);

  void SetPorts(std::uint16_t port, std::uint16_t search_port);
  std::uint16_t port() const { return port_; }
  std::uint16_t search_port() const { return search_port_; }

  // Applies the request and writes the reply, which the caller has cleared.
  Outcome Answer(const Request& request, Nanoseconds now, Reply& reply);

  // The rig's own edits and deletes that are due. Call it often.
  void ChangeAssets(Nanoseconds now);
  bool Refuses(Nanoseconds now) const { return faults_.Refuses(*world_, now); }
  // Is there anything that happens by itself, at any time?
  bool HasOwnLife() const;
  double slow_ms() const { return faults_.plan().slow_ms; }

  Counters& counters() { return world_->counters; }

 private:
  void Serve(Operation operation, const Request& request, Nanoseconds now, Reply& reply);
  void Administer(const Request& request, Nanoseconds now, Reply& reply);

  const Deployment deployment_;
  const Settings settings_;
  const std::uint64_t seed_;
  std::unique_ptr<World> world_;
  Faults faults_;
  std::uint16_t port_ = 0;
  std::uint16_t search_port_ = 0;
  std::string scratch_;
  std::string unpacked_;
  std::function<bool()> entry_fails_;
  std::uint64_t edit_turns_ = 0;
  std::uint64_t delete_turns_ = 0;
};

// The JSON of GET /_rig/stats, of GET /_rig/missing and of GET /_rig/config.
std::string StatsJson(const World& world, Nanoseconds now);
std::string MissingJson(const World& world, std::uint64_t limit);
std::string ConfigJson();

}  // namespace vams::rig
