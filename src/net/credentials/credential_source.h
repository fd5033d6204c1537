#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "net/credentials.h"
#include "net/retry.h"
#include "net/transport.h"

namespace vams {

// What the providers of credentials need from outside. `clock` and `stop` outlive them.
struct CredentialDeps {
  std::shared_ptr<Transport> wire;  // MakeCurlTransport; a fake in tests
  Clock* clock = nullptr;
  Random01 random = SystemRandom();
  const StopFlag* stop = nullptr;
  Duration process_limit = std::chrono::seconds(60);  // of credential_process and of the aws command
  // A refresh ahead of time failed and the old credentials go on being used; called from the thread that tried.
  std::function<void(const Error&)> on_failed_refresh{};
};

// Not configured, or there is nothing there: the next provider is asked. `why` is a part of a sentence.
struct NothingThere {
  std::string why;
};
using Fetched = std::variant<Credentials, NothingThere>;

// One way to credentials. Fetch asks anew each time; RefreshingCredentials keeps what it gave. Not for concurrent
// calls.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // "environment", "role arn:aws:iam::1:role/x (profile prod)"; no secrets
  virtual std::string name() const = 0;
  // An error means that this is how credentials are to be had and that it failed: no other provider may take its place,
  // it could be somebody else's account. Messages hold no secrets.
  virtual Result<Fetched> Fetch() = 0;
};

// The first of `sources` that gives something; from then on that one alone. The error names every one and its reason.
std::unique_ptr<CredentialSource> FirstOf(std::vector<std::unique_ptr<CredentialSource>> sources);

}  // namespace vams
