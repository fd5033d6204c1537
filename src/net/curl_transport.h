#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "net/proxy.h"
#include "net/transport.h"

namespace vams {

struct CurlOptions {
  std::optional<std::string> ca_bundle{};  // PEM file that replaces the system's authorities
  ProxySettings proxy{};
  std::string user_agent = "vams-migrate";
  const StopFlag* stop = nullptr;  // raised: what is in flight ends with kCancelled
  std::size_t max_idle = 1024;     // handles kept for reuse, each with at most one connection
};

struct CurlStats {
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;  // opened, so requests - connections were sent on a connection that was there already
};

// HTTP/1.1 on libcurl. Certificates are always verified, TLS is 1.2 or newer, redirects are not followed.
class CurlTransport : public Transport {
 public:
  virtual CurlStats stats() const = 0;
};

// Ignores SIGPIPE in this process where its action is the default: OpenSSL writes to sockets that the other side may
// have closed. kUsage: the CA bundle or a proxy cannot be used.
Result<std::unique_ptr<CurlTransport>> MakeCurlTransport(CurlOptions options);

}  // namespace vams
