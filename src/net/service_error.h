#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/error_table.h"
#include "net/http.h"

namespace vams {

// What a service said in an error reply, read from whatever form its protocol has. Empty where it said nothing.
struct ServiceError {
  int status = 0;
  std::string code{};     // bare: no namespace in front, no ":http://..." behind
  std::string message{};  // one line
  std::string request_id{};
  std::string region{};  // S3: where the bucket is, when that is the error
};

// Never fails: a body that is HTML, empty or cut leaves `code` empty.
ServiceError ReadServiceError(Service service, const HttpReply& reply);
// Of any reply, good or bad; "" when it has none.
std::string RequestId(const HttpReply& reply);
// By code and status (net/error_table.h), and by message where a service sends no code.
Classification Classify(Service service, const ServiceError& error);

// May the same request succeed when it is sent again?
bool MayPass(TransportError::Kind kind);

// HttpRequest::readable of the protocols: do the first and the last byte look like a JSON object, an XML document?
bool LooksLikeJson(const HttpReply& reply);
bool LooksLikeXml(const HttpReply& reply);

// The two kinds of failure as Errors, with operation, request id, whether trying again may help, and what the user can
// do.
Error FromTransport(const TransportError& error, const Call& call);
Error FromService(const HttpReply& reply, const Call& call);
// For what a service says about one entry of a batch, where the reply as a whole is good. `status`: of the entry, where
// it has one; it decides where the code is unknown.
Error FromEntry(std::string_view code, std::string_view message, std::string_view request_id, const Call& call,
                int status = 0);

// The reply if its status is 2xx, else whichever Error applies.
Result<HttpReply> Accept(Sent sent, const Call& call);

}  // namespace vams
