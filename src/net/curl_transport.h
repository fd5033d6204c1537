#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "net/transport.h"

namespace vams {

// Proxies by scheme of the request's URL; "" is none. A URL may hold user and password: they are never printed.
struct ProxySettings {
  std::string http;
  std::string https;
  std::string no_proxy;  // host suffixes, addresses, CIDR ranges, "*"; separated by commas
};
// http_proxy, https_proxy, all_proxy, no_proxy in both cases; lower case wins, as everywhere.
ProxySettings ProxyFromEnvironment(const std::function<std::optional<std::string>(const std::string&)>& getenv);

struct CurlOptions {
  std::optional<std::string> ca_bundle{};  // PEM file that replaces the system's authorities
  ProxySettings proxy{};
  std::string user_agent = "vams-migrate";
  const StopFlag* stop = nullptr;  // raised: what is in flight ends with kCancelled
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

// kUsage: the CA bundle or a proxy cannot be used.
Result<std::unique_ptr<CurlTransport>> MakeCurlTransport(CurlOptions options);

}  // namespace vams
