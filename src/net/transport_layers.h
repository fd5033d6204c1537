#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "base/rate_limiter.h"
#include "base/stop.h"
#include "net/clock_offset.h"
#include "net/credentials.h"
#include "net/retry.h"
#include "net/sigv4/signer.h"
#include "net/transport.h"

// One concern a layer; net/make_transport.cc puts them together.
namespace vams {

// Signs what asks to be signed, each try with the credentials and the date of its moment. Tells the provider when a
// service says that its credentials have expired.
class SigningTransport final : public Transport {
 public:
  SigningTransport(std::shared_ptr<Transport> next, std::shared_ptr<CredentialsProvider> credentials,
                   std::shared_ptr<const ClockOffset> time);
  using Transport::Send;
  Sent Send(HttpRequest& request) override;

 private:
  struct KeptKey {
    std::string access_key_id;
    Secret secret;
    SigningScope scope;
    SigningKey key;
  };
  std::shared_ptr<const KeptKey> KeyFor(const Credentials& credentials, const SigningScope& scope, UtcTime when);

  const std::shared_ptr<Transport> next_;
  const std::shared_ptr<CredentialsProvider> credentials_;
  const std::shared_ptr<const ClockOffset> time_;
  Mutex mu_;
  std::vector<std::shared_ptr<const KeptKey>> keys_ GUARDED_BY(mu_);  // the newest last; one a region, and few of them
};

// At most so many tries a second.
class PacedTransport final : public Transport {
 public:
  using Sleep = std::function<bool(Duration)>;  // false: stopped
  PacedTransport(std::shared_ptr<Transport> next, PerSecond rate, const Clock& clock, Sleep sleep);
  using Transport::Send;
  Sent Send(HttpRequest& request) override;

 private:
  const std::shared_ptr<Transport> next_;
  RateLimiter limiter_;
  const Sleep sleep_;
};

// Tries again what may succeed. `client` is that of one service in one region.
class RetryingTransport final : public Transport {
 public:
  RetryingTransport(std::shared_ptr<Transport> next, std::unique_ptr<RetryClient> client,
                    std::shared_ptr<ClockOffset> time);
  using Transport::Send;
  Sent Send(HttpRequest& request) override;

 private:
  TryOutcome Judge(const HttpRequest& request, const Sent& sent);

  const std::shared_ptr<Transport> next_;
  const std::unique_ptr<RetryClient> client_;
  const std::shared_ptr<ClockOffset> time_;
};

// Compresses the bodies of requests that ask for it and are long enough to gain by it; once a call, however many tries.
class CompressingTransport final : public Transport {
 public:
  explicit CompressingTransport(std::shared_ptr<Transport> next) : next_(std::move(next)) {}
  using Transport::Send;
  Sent Send(HttpRequest& request) override;

 private:
  Sent SendPacked(HttpRequest& request);

  const std::shared_ptr<Transport> next_;
};

// One call from the outside: all its tries. To print: operation, host, status, request id, attempts, time. Not to
// print: headers, query and body, which may hold secrets.
struct CallTrace {
  const HttpRequest& request;
  const Sent& sent;
  Duration took{0};
};
// "dynamodb:Scan POST dynamodb.eu-west-1.amazonaws.com 200 in 12 ms, 2 tries, request ABC": one line without secrets.
std::string FormatTrace(const CallTrace& trace);

class TracingTransport final : public Transport {
 public:
  using Trace = std::function<void(const CallTrace&)>;
  TracingTransport(std::shared_ptr<Transport> next, Trace trace, const Clock& clock);
  using Transport::Send;
  Sent Send(HttpRequest& request) override;

 private:
  const std::shared_ptr<Transport> next_;
  const Trace trace_;
  const Clock& clock_;
};

}  // namespace vams
