#include "backends/aws/aws_client.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "net/service_error.h"

namespace vams::aws {

AwsClient::AwsClient(std::shared_ptr<Transport> transport, Service service, Url endpoint, std::string region,
                     std::string signing_name)
    : transport_(std::move(transport)),
      service_(service),
      endpoint_(std::move(endpoint)),
      region_(std::move(region)),
      signing_name_(std::move(signing_name)) {}

HttpRequest AwsClient::Request(Method method, std::string_view operation, std::string resource) const {
  HttpRequest request;
  request.call = {.service = service_, .operation = std::string(operation), .resource = std::move(resource)};
  request.method = method;
  request.url = endpoint_;
  if (!signing_name_.empty()) request.sign = SigningScope{.region = region_, .service = signing_name_};
  return request;
}

Result<HttpReply> AwsClient::Send(HttpRequest& request) const {
  return Accept(transport_->Send(request), request.call);
}

Result<HttpReply> AwsClient::SendAny(HttpRequest& request) const {
  Sent sent = transport_->Send(request);
  if (!sent) return std::unexpected(FromTransport(sent.error(), request.call));
  return std::move(*sent);
}

Result<nlohmann::ordered_json> AwsClient::CallJson(const JsonProtocol& protocol, std::string_view operation,
                                                   std::string body, std::string resource,
                                                   Idempotency idempotency) const {
  HttpRequest request = Request(Method::kPost, operation, std::move(resource));
  request.headers.Add("Content-Type", fmt::format("application/x-amz-json-{}", protocol.version));
  request.headers.Add("X-Amz-Target", fmt::format("{}.{}", protocol.target, operation));
  request.body = Body(std::move(body));
  request.idempotency = idempotency;
  request.readable = LooksLikeJson;
  TRY_ASSIGN(const HttpReply reply, Send(request));
  auto json = nlohmann::ordered_json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::unexpected(BadReply(request.call, reply, "not a JSON object"));
  return json;
}

Error BadReply(const Call& call, const HttpReply& reply, std::string_view what) {
  Error error = MakeError(ErrorCode::kBadReply, "the reply cannot be read: {}", what);
  error.operation = OperationName(call);
  error.request_id = RequestId(reply);
  return error;
}

}  // namespace vams::aws
