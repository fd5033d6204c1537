#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "base/task_loop.h"
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
  // For tasks that send by a TaskTransport. The loop has connections of its own, and ends before this transport.
  virtual Result<std::unique_ptr<TaskLoop>> MakeLoop() = 0;
};

// Sends within a task of a loop so that the other tasks go on meanwhile; on any other thread as the transport itself.
// Who sends by it must hold no lock meanwhile.
class TaskTransport final : public Transport {
 public:
  explicit TaskTransport(std::shared_ptr<CurlTransport> next) : next_(std::move(next)) {}
  using Transport::Send;
  Sent Send(HttpRequest& request) override;

 private:
  const std::shared_ptr<CurlTransport> next_;
};

// Ignores SIGPIPE in this process where its action is the default: OpenSSL writes to sockets that the other side may
// have closed. kUsage: the CA bundle or a proxy cannot be used.
Result<std::unique_ptr<CurlTransport>> MakeCurlTransport(CurlOptions options);

}  // namespace vams
