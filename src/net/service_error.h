#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace vams {

// What a service said in an error reply, read from whatever form its protocol has. Empty where it said nothing.
struct ServiceError {
  int status = 0;
  std::string code;     // bare: no namespace in front, no ":http://..." behind
  std::string message;  // one line
  std::string request_id;
};

// Never fails: a body that is HTML, empty or cut leaves `code` empty, or gives the code that the status stands for.
ServiceError ReadServiceError(Service service, const HttpReply& reply);
// Of any reply, good or bad; "" when it has none.
std::string RequestId(const HttpReply& reply);

// The two kinds of failure as Errors, with operation, request id, whether trying again may help, and what the user can
// do.
Error FromTransport(const TransportError& error, const Call& call);
Error FromService(const HttpReply& reply, const Call& call);

// The reply if its status is 2xx, else whichever Error applies.
Result<HttpReply> Accept(Sent sent, const Call& call);

}  // namespace vams
