#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "testing/tls_identity.h"

namespace vams {

// A real HTTP/1.1 server on 127.0.0.1 whose handler decides every reply, and how the connection ends. A thread per
// connection.
class LoopbackServer {
 public:
  struct Request {
    std::string method;
    std::string target;                          // as on the request line
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    int connection = 0;  // from 1
    int number = 0;      // from 1, over all connections
    std::string Header(const std::string& name) const {
      const auto at = headers.find(name);
      return at == headers.end() ? "" : at->second;
    }
  };
  enum class Then { kKeep, kClose, kReset };
  struct Reply {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    Then then = Then::kKeep;
    std::optional<std::string> raw{};   // these bytes and nothing else
    std::chrono::milliseconds wait{0};  // before the first byte; ends early with the server
  };
  using Handler = std::function<Reply(const Request&)>;

  explicit LoopbackServer(Handler handler, std::optional<TlsIdentity> tls = std::nullopt, int tls_max_version = 0)
      : handler_(std::move(handler)), tls_(std::move(tls)) {
    if (tls_) {
      context_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
      SSL_CTX_use_certificate(context_.get(), tls_->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), tls_->key.get());
      if (tls_max_version != 0) {
        SSL_CTX_set_security_level(context_.get(), 0);
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_.get(), tls_max_version);
      }
    }
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 512);
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { AcceptAll(); });
  }

  ~LoopbackServer() {
    {
      const std::lock_guard lock(mu_);
      ending_ = true;
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    ended_.notify_all();
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : threads_) thread.join();
    close(listener_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }
  std::string url() const { return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_); }

  // Takes no further connections.
  void Refuse() { shutdown(listener_, SHUT_RDWR); }
  // Ends every connection that stands open now, as an idle time-out of a load balancer would.
  void DropConnections() {
    const std::lock_guard lock(mu_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }

 private:
  struct Connection {
    int fd;
    std::shared_ptr<SSL> ssl{};
    std::string buffer{};

    bool Fill() {
      char bytes[16384];
      const long n = ssl ? SSL_read(ssl.get(), bytes, sizeof bytes) : recv(fd, bytes, sizeof bytes, 0);
      if (n <= 0) return false;
      buffer.append(bytes, static_cast<std::size_t>(n));
      return true;
    }
    void Write(std::string_view text) const {
      while (!text.empty()) {
        const long n =
            ssl ? SSL_write(ssl.get(), text.data(), static_cast<int>(std::min<std::size_t>(text.size(), 1 << 20)))
                : send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
      }
    }
  };

  void AcceptAll() {
    for (;;) {
      const int fd = accept(listener_, nullptr, nullptr);
      const std::lock_guard lock(mu_);
      if (ending_ || fd < 0) {
        if (fd >= 0) close(fd);
        return;
      }
      open_.push_back(fd);
      threads_.emplace_back([this, fd, number = ++connections_] { Serve(fd, number); });
    }
  }

  void Serve(int fd, int number) {
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    Connection connection{.fd = fd};
    bool usable = true;
    if (context_) {
      connection.ssl.reset(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(connection.ssl.get(), fd);
      usable = SSL_accept(connection.ssl.get()) == 1;
    }
    Then then = Then::kKeep;
    while (usable && then == Then::kKeep) {
      Request request;
      if (!ReadRequest(connection, request)) break;
      request.connection = number;
      request.number = ++requests_;
      const Reply reply = handler_(request);
      if (reply.wait.count() > 0) {
        std::unique_lock lock(mu_);
        ended_.wait_for(lock, reply.wait, [this] { return ending_; });
      }
      connection.Write(reply.raw ? *reply.raw : Format(request, reply));
      then = reply.then;
    }
    const std::lock_guard lock(mu_);
    std::erase(open_, fd);
    if (then == Then::kReset) {
      const linger now{.l_onoff = 1, .l_linger = 0};
      setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    } else if (connection.ssl) {
      SSL_shutdown(connection.ssl.get());
    }
    close(fd);
  }

  static bool ReadRequest(Connection& connection, Request& request) {
    std::size_t end = 0;
    while ((end = connection.buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!connection.Fill()) return false;
    }
    const std::string head = connection.buffer.substr(0, end);
    connection.buffer.erase(0, end + 4);
    const std::vector<std::string_view> lines = Split(head, '\n');
    const std::vector<std::string_view> words = Split(lines[0].substr(0, lines[0].find('\r')), ' ');
    if (words.size() != 3) return false;
    request.method = words[0];
    request.target = words[1];
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::string_view line = lines[i].substr(0, lines[i].find('\r'));
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      std::string_view value = line.substr(colon + 1);
      while (value.starts_with(' ')) value.remove_prefix(1);
      request.headers[AsciiLower(line.substr(0, colon))] = value;
    }
    const std::string length = request.Header("content-length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    while (connection.buffer.size() < size) {
      if (!connection.Fill()) return false;
    }
    request.body = connection.buffer.substr(0, size);
    connection.buffer.erase(0, size);
    return true;
  }

  static std::string Format(const Request& request, const Reply& reply) {
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Whatever\r\n";
    for (const auto& [name, value] : reply.headers) text += name + ": " + value + "\r\n";
    text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
    return request.method == "HEAD" ? text : text + reply.body;
  }

  const Handler handler_;
  const std::optional<TlsIdentity> tls_;
  std::shared_ptr<SSL_CTX> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  std::mutex mu_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace vams
