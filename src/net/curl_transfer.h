#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
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

// What stays the same for every transfer.
struct CurlSettings {
  std::string user_agent;
  ProxySettings proxy;
  const StopFlag* stop = nullptr;
};

// One libcurl handle with the connection that it keeps. Used by one thread at a time.
// It is driven through a multi handle of its own, as curl_easy_perform does within, because only that way silence
// before the first byte and cancellation can end a transfer on time.
class CurlHandle {
 public:
  // nullptr: out of memory. `share` and `trust` outlive the handle; `trust` is an X509_STORE, or nullptr for libcurl's
  // own authorities.
  static std::unique_ptr<CurlHandle> Make(CURLSH* share, void* trust, const std::optional<std::string>& ca_bundle);

  Sent Perform(const HttpRequest& request, const CurlSettings& settings);
  // Opened by the last Perform: 0 when it was sent on a connection that was there.
  long new_connections() const { return new_connections_; }
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

 private:
  CurlHandle() = default;
  CurlEasy easy_;
  CurlMulti multi_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  long new_connections_ = 0;
};

}  // namespace vams
