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

namespace vams {

// One call from the outside: all its tries. No header, no query, no body: those may hold secrets.
struct CallTrace {
  const Call& call;
  const HttpRequest& request;
  const Sent& sent;
  Duration took{0};
};

struct NetOptions {
  RetryOptions retry{};
  std::optional<PerSecond> rate{};  // tries a second, at most; nullopt: unlimited
};

struct NetDeps {
  std::shared_ptr<Transport> wire;  // MakeCurlTransport, a fake in tests; shared by the clients of one process
  std::shared_ptr<CredentialsProvider> credentials{};  // nullptr: requests that ask to be signed fail with kCredentials
  Clock* clock = nullptr;                              // outlives the transport
  Random01 random = SystemRandom();
  const StopFlag* stop = nullptr;                     // raised: no further try, pauses end early
  std::function<void(const TriedAgain&)> on_retry{};  // called from the threads that send
  std::function<void(const CallTrace&)> trace{};
};

// The transport of one client, that is of one service in one region: retry quota, clock offset and rate are its own.
std::unique_ptr<Transport> MakeTransport(const NetOptions& options, NetDeps deps);

}  // namespace vams
