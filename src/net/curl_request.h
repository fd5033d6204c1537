#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "net/http.h"
#include "net/proxy.h"

namespace vams {

// libcurl's handles are all void*: the type of the deleter tells them apart.
template <auto kFree>
struct FreeWith {
  void operator()(auto* handle) const { kFree(handle); }
};
using CurlEasy = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;
using CurlMulti = std::unique_ptr<CURLM, FreeWith<curl_multi_cleanup>>;
using CurlShare = std::unique_ptr<CURLSH, FreeWith<curl_share_cleanup>>;
using CurlList = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;

// A request under way, as libcurl's callbacks see it.
struct CurlTransfer {
  const HttpRequest& request;
  HttpReply reply{};
  std::size_t header_bytes = 0;
  CURL* easy = nullptr;
  std::optional<long> written_before{};  // bytes on the connection, such as a proxy's CONNECT, when this request began
  bool too_large = false;
  bool headers_done = false;  // the empty line after them came
  bool sent = false;          // the connection stood and writing began
  curl_off_t uploaded = 0;
  std::chrono::steady_clock::time_point begun{};
  std::chrono::steady_clock::time_point last_sent{};
};

// What stays the same for every transfer.
struct CurlSettings {
  std::string user_agent;
  ProxySettings proxy;
  const StopFlag* stop = nullptr;
};

// One libcurl easy handle, set up for request after request; whoever drives it (net/curl_handle.h, net/curl_loop.h)
// adds it to a multi handle between Begin and End. Used by one thread at a time.
class CurlRequest {
 public:
  // nullptr: out of memory. `share` (or nullptr) and `trust` outlive it; `trust` is an X509_STORE, or nullptr for
  // libcurl's own authorities.
  static std::unique_ptr<CurlRequest> Make(CURLSH* share, void* trust, const std::optional<std::string>& ca_bundle);
  CURL* easy() const { return easy_.get(); }

  // nullopt: ready to be driven. `request` outlives End; `settings` are the same for every request.
  std::optional<TransportError> Begin(const HttpRequest& request, const CurlSettings& settings);
  // While it is driven: what it will run into next, and how soon as seen at `now`; not positive: it is to be ended for
  // that. libcurl's own timeouts cost a place in its timer tree for each request, and it has none for silence.
  struct Timeout {
    TransportError::Kind kind;
    Duration left;
  };
  Timeout NextTimeout(std::chrono::steady_clock::time_point now);
  // What came of it. `early`: we ended it.
  Sent End(CURLcode code, std::optional<TransportError::Kind> early);

 private:
  struct Route {
    bool https = false;
    bool direct = false;
    bool operator==(const Route&) const = default;
  };

  CurlRequest() = default;
  void Take(const Route& route, const CurlSettings& settings);
  void Look(std::chrono::steady_clock::time_point now);

  CurlEasy easy_;
  std::optional<Route> route_;
  CurlList lines_;
  std::optional<CurlTransfer> transfer_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

}  // namespace vams
