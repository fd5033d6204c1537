#pragma once

#include <span>
#include <string_view>

#include "base/error.h"
#include "net/service.h"

namespace vams {

// What an error of a service means for whoever sent the request. Closed: a switch over it has no default.
enum class ErrorClass {
  kThrottled,     // too fast: slow down, then again
  kTransient,     // again
  kClockSkew,     // the signature or its date was refused: again if the clocks turn out to differ, else for good
  kExpired,       // the credentials have run out: again with fresh ones
  kAuth,          // the credentials are not good for anything here
  kAccessDenied,  // the credentials are good, the permission is missing
  kRedirect,      // another region or endpoint has it
  kNotFound,
  kCondition,
  kConflict,
  kTooLarge,
  kInvalid,    // the request itself can never be right
  kPermanent,  // nothing that this program sends will change it: a disabled key, a blocked index, what a server does
               // not offer
  kUnknown,    // never heard of: not tried again
};
std::string_view ErrorClassName(ErrorClass cls);
ErrorCode CodeOf(ErrorClass cls);
// What the user can do about a class of errors, where a code says nothing better.
std::string_view HintOf(ErrorClass cls);
// May the same request succeed later, without anybody changing anything? kClockSkew and kExpired are settled within the
// retry loop.
bool MayPass(ErrorClass cls);

// One code of one service. Sources: docs/reference/aws-facts.md sections 2 to 6 and the services' error references.
struct ErrorRow {
  std::string_view code;  // bare
  ErrorClass cls;
  std::string_view hint{};  // what the user can do; "" is that of the class
};
// The codes that are the service's own, and those that every AWS service may use.
std::span<const ErrorRow> OwnErrors(Service service);
std::span<const ErrorRow> CommonErrors();

struct Classification {
  ErrorClass cls = ErrorClass::kUnknown;
  std::string_view hint{};
};
// `code` as it came: "Code", "prefix#Code", "com.amazonaws.dynamodb.v20120810#Code", "Code:http://...",
// "AWS.SimpleQueueService.Code", or "" where the service gave none. The service's own row wins, then the common one,
// then the status.
Classification Classify(Service service, std::string_view code, int http_status);
// The code without what the protocols put around it.
std::string_view BareCode(std::string_view code);

}  // namespace vams
