#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/stop.h"
#include "base/units.h"
#include "net/credentials.h"
#include "net/retry.h"
#include "net/transport.h"
#include "net/transport_layers.h"

namespace vams {

struct NetOptions {
  RetryOptions retry{};
  std::optional<PerSecond> rate{};  // tries a second, at most; nullopt: unlimited
};

struct NetDeps {
  std::shared_ptr<Transport> wire;  // MakeCurlTransport, a fake in tests; shared by the clients of one process
  std::shared_ptr<CredentialsProvider> credentials{};  // nullptr: requests that ask to be signed fail with kCredentials
  Clock* clock = nullptr;                              // outlives the transport
  Random01 random = SystemRandom();
  const StopFlag* stop = nullptr;                     // raised: pauses end and nothing is tried again
  std::function<void(const TriedAgain&)> on_retry{};  // called from the threads that send
  std::shared_ptr<const RetryPatience> patience{};    // null: none
  TracingTransport::Trace trace{};                    // as on_retry
};

// The transport of one client, that is of one service in one region: retry quota, clock offset and rate are its own.
std::unique_ptr<Transport> MakeTransport(const NetOptions& options, NetDeps deps);

}  // namespace vams
