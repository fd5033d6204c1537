#pragma once

#include "net/http.h"

namespace vams {

// Sends one request and returns what came of it. Safe for concurrent calls; blocks until there is an outcome.
// Implementations: CurlTransport, and the layers around it (net/make_transport.h has the whole stack in one place).
class Transport {
 public:
  virtual ~Transport() = default;
  // Any HTTP status is a success here; the caller reads what the service said (net/service_error.h). What a layer adds
  // stays in the request, as the headers of a signature, which each new try replaces: so none of them is copied.
  virtual Sent Send(HttpRequest& request) = 0;
  Sent Send(HttpRequest&& request) { return Send(request); }
};

}  // namespace vams
