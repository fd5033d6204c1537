#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/result.h"
#include "base/units.h"
#include "net/service.h"

namespace vams {

// Of two header names: without case.
constexpr bool SameHeaderName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

// Name and value as sent. Order is kept, names compare without case, a name may come more than once.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;
  Headers() = default;
  Headers(std::initializer_list<Entry> entries) : entries_(entries) {}

  void Add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }
  // Replaces every entry of that name.
  void Set(std::string_view name, std::string value) {
    Remove(name);
    entries_.emplace_back(std::string(name), std::move(value));
  }
  void Remove(std::string_view name) {
    std::erase_if(entries_, [name](const Entry& entry) { return SameHeaderName(entry.first, name); });
  }
  // The first of that name; nullptr when there is none.
  const std::string* Find(std::string_view name) const {
    for (const Entry& entry : entries_) {
      if (SameHeaderName(entry.first, name)) return &entry.second;
    }
    return nullptr;
  }
  // As Find, with "" for absent.
  std::string_view Get(std::string_view name) const {
    const std::string* value = Find(name);
    return value ? std::string_view(*value) : std::string_view();
  }
  const std::vector<Entry>& entries() const { return entries_; }
  void Reserve(std::size_t count) { entries_.reserve(count); }

 private:
  std::vector<Entry> entries_;
};

// Immutable bytes that copies share: a new try of a request copies its headers, never its body.
class Body {
 public:
  Body() = default;
  explicit Body(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}
  std::string_view view() const { return bytes_ ? std::string_view(*bytes_) : std::string_view(); }
  std::size_t size() const { return bytes_ ? bytes_->size() : 0; }
  bool empty() const { return size() == 0; }

 private:
  std::shared_ptr<const std::string> bytes_;
};

enum class Scheme { kHttps, kHttp };
enum class Method { kGet, kHead, kPost, kPut, kDelete };
constexpr std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kHead: return "HEAD";
    case Method::kPost: return "POST";
    case Method::kPut: return "PUT";
    case Method::kDelete: return "DELETE";
  }
  return "GET";
}

struct Url {
  Scheme scheme = Scheme::kHttps;
  std::string host{};                                        // as in a URL: IPv6 addresses in brackets
  std::uint16_t port = 0;                                    // 0 is the scheme's own
  std::string path = "/";                                    // as sent, so already percent-encoded
  std::vector<std::pair<std::string, std::string>> query{};  // not encoded; sent in this order, always with a '='
};

// Absolute http(s) URL, such as an endpoint that somebody configured. kUsage for anything else, user information, a
// fragment.
Result<Url> ParseUrl(std::string_view text);
inline std::uint16_t EffectivePort(const Url& url) {
  if (url.port != 0) return url.port;
  return url.scheme == Scheme::kHttps ? 443 : 80;
}
// host, with ":port" where the port is not the scheme's own; the value of the Host header.
inline std::string HostHeader(const Url& url) {
  const std::uint16_t own = url.scheme == Scheme::kHttps ? 443 : 80;
  return url.port == 0 || url.port == own ? url.host : url.host + ":" + std::to_string(url.port);
}
// Path and encoded query: what the request line holds.
std::string RequestTarget(const Url& url);
std::string FormatUrl(const Url& url);

struct Timeouts {
  Duration connect = std::chrono::seconds(5);      // name resolution, TCP and TLS
  Duration first_byte = std::chrono::seconds(30);  // silence between the last byte sent and the first received
  Duration total = std::chrono::seconds(120);      // the whole try
};

// Whose key signs a request; the service's signing name decides the rules (net/sigv4/signer.h).
struct SigningScope {
  std::string region;
  std::string service;  // "dynamodb" (streams too), "s3", "sns", "es", "aoss", ...
  bool operator==(const SigningScope&) const = default;
};

// May the same request be sent again when the first may have been carried out?
enum class Idempotency { kYes, kNo };

struct HttpReply;

struct HttpRequest {
  Call call{};
  Method method = Method::kGet;
  Url url{};
  Headers headers{};  // Host, Content-Length, User-Agent and Accept-Encoding are added when sent
  Body body{};
  Timeouts timeouts{};
  std::optional<SigningScope> sign{};  // nullopt: sent as it is (web identity, SSO, metadata)
  Idempotency idempotency = Idempotency::kYes;
  bool through_proxy = true;     // false for metadata endpoints: their answers are for this machine alone
  bool gzip_body = false;        // the service takes Content-Encoding: gzip (OpenSearch); applied where it pays
  bool accept_gzip = false;      // ask for a compressed reply; the reply's body is always plain
  Bytes max_reply{64ull << 20};  // a longer reply is kTooLarge
  // Whether a 2xx reply has the form of one of the service; one that has not was spoiled on its way, and is tried again
  // as a lost one. Null: any has. Cheap: whoever reads the reply looks closer.
  bool (*readable)(const HttpReply&) = nullptr;
};

struct HttpReply {
  int status = 0;
  Headers headers{};
  std::string body{};                  // decompressed
  std::optional<UtcTime> signed_at{};  // the date that was signed; set where a signature was made
  int attempts = 1;                    // tries that this reply took
};

// What the wire did: no reply of the service arrived. What the service said is in an HttpReply, errors included.
struct TransportError {
  enum class Kind {
    kResolve,
    kConnect,
    kTls,
    kConnectTimeout,
    kFirstByteTimeout,
    kTotalTimeout,
    kReset,       // the connection ended before the first byte of a reply
    kCutBody,     // the reply ended early, or its checksum does not match
    kTooLarge,    // the reply is longer than HttpRequest::max_reply
    kBadHttp,     // what came is no HTTP, or not what its Content-Encoding says
    kBadRequest,  // what was to be sent is no HTTP: a line break in a header, a host that is none; nothing was sent
    kCancelled,
    kCredentials,  // nothing was sent: there was nothing to sign with; `cause` says why
  };
  Kind kind = Kind::kConnect;
  bool may_have_been_applied = false;  // at least a part of the request left this machine
  std::string message;                 // one line, with the host, without secrets
  std::optional<Error> cause{};        // of kCredentials
  int attempts = 1;
};
std::string_view TransportErrorName(TransportError::Kind kind);

using Sent = std::expected<HttpReply, TransportError>;

}  // namespace vams
