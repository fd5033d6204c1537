#include "backends/aws/aws_identity.h"

#include <pugixml.hpp>

#include "net/service_error.h"

namespace vams::aws {

Result<CallerIdentity> GetCallerIdentity(const AwsClient& sts) {
  HttpRequest request = sts.Request(Method::kPost, "GetCallerIdentity");
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = Body("Action=GetCallerIdentity&Version=2011-06-15");
  request.readable = LooksLikeXml;
  TRY_ASSIGN(const HttpReply reply, sts.Send(request));
  pugi::xml_document document;
  if (!document.load_buffer(reply.body.data(), reply.body.size())) {
    return std::unexpected(BadReply(request.call, reply, "not XML"));
  }
  const pugi::xml_node result = document.child("GetCallerIdentityResponse").child("GetCallerIdentityResult");
  CallerIdentity identity{.account = result.child("Account").text().as_string(),
                          .arn = result.child("Arn").text().as_string()};
  if (identity.account.empty() || identity.arn.empty()) {
    return std::unexpected(BadReply(request.call, reply, "it names no account and ARN"));
  }
  return identity;
}

}  // namespace vams::aws
