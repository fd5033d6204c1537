#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/curl_request.h"

namespace vams {

// One libcurl handle with the connection that it keeps. Used by one thread at a time.
// It is driven through a multi handle of its own, as curl_easy_perform does within, because only that way silence
// before the first byte and cancellation can end a transfer on time.
class CurlHandle {
 public:
  // As CurlRequest::Make.
  static std::unique_ptr<CurlHandle> Make(CURLSH* share, void* trust, const std::optional<std::string>& ca_bundle);

  Sent Perform(const HttpRequest& request, const CurlSettings& settings);
  // Opened by the last Perform: 0 when it was sent on a connection that was there.
  long new_connections() const { return new_connections_; }
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

 private:
  CurlHandle() = default;
  CURLcode Drive(const StopFlag* stop, std::optional<TransportError::Kind>& early);

  std::unique_ptr<CurlRequest> request_;
  CurlMulti multi_;
  long new_connections_ = 0;
};

}  // namespace vams
