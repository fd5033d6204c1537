#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http.h"
#include "net/service.h"
#include "net/transport.h"

namespace vams::aws {

// One service in one region, as the adapters speak to it: builds requests and reads what came of them, never retries or
// sleeps (the transport does, net/make_transport.h). Safe for concurrent calls.
class AwsClient {
 public:
  // `endpoint`: scheme, host, port and a path that requests are put behind. `signing_name` as in SigningScope; "" for a
  // service that takes unsigned requests.
  AwsClient(std::shared_ptr<Transport> transport, Service service, Url endpoint, std::string region,
            std::string signing_name);

  // A request to the endpoint's own path, to be completed by the caller. `resource`: the ARN that a refusal names, or
  // "".
  HttpRequest Request(Method method, std::string_view operation, std::string resource = {}) const;

  // The reply if its status is 2xx, else an Error with operation, request id and hint.
  Result<HttpReply> Send(HttpRequest& request) const;
  Result<HttpReply> Send(HttpRequest&& request) const { return Send(request); }
  // The reply whatever its status; an Error only where none arrived.
  Result<HttpReply> SendAny(HttpRequest& request) const;
  Result<HttpReply> SendAny(HttpRequest&& request) const { return SendAny(request); }

  // AWS JSON: POST with `X-Amz-Target: <target>.<operation>`, `body` as it is. DynamoDB and SQS speak version "1.0",
  // SSM "1.1". kBadReply: a 2xx reply that is no JSON object.
  struct JsonProtocol {
    std::string_view target;
    std::string_view version;
  };
  Result<nlohmann::ordered_json> CallJson(const JsonProtocol& protocol, std::string_view operation, std::string body,
                                          std::string resource = {}, Idempotency idempotency = Idempotency::kYes) const;

  Service service() const { return service_; }
  const std::string& region() const { return region_; }
  const Url& endpoint() const { return endpoint_; }

 private:
  const std::shared_ptr<Transport> transport_;
  const Service service_;
  const Url endpoint_;
  const std::string region_;
  const std::string signing_name_;
};

// kBadReply, in the words of all adapters.
Error BadReply(const Call& call, const HttpReply& reply, std::string_view what);

}  // namespace vams::aws
