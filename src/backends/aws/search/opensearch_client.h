#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/aws/aws_client.h"
#include "base/result.h"
#include "net/http.h"
#include "net/transport.h"

namespace vams::aws {

// Provisioned domains ("es") have all of OpenSearch's interface, serverless collections ("aoss") a part of it.
enum class OpenSearchKind { kProvisioned, kServerless };

// The endpoint as the SSM parameter or a person gives it: with or without https://, with or without a path. kUsage for
// what is no endpoint.
Result<Url> OpenSearchEndpoint(std::string_view text);

// kUsage: not the name of one index. A pattern ('*', a list) or a name that the service could read as one never passes,
// since requests that delete are built with it.
Status CheckIndexName(std::string_view name);

// Builds requests to one domain or collection and reads what came of them; never retries. Safe for concurrent calls.
class OpenSearchClient {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  // `sign`: false for a server that takes unsigned requests, as those of the tests do.
  OpenSearchClient(std::shared_ptr<Transport> transport, OpenSearchKind kind, Url endpoint, std::string region,
                   bool sign = true);

  OpenSearchKind kind() const { return kind_; }
  bool serverless() const { return kind_ == OpenSearchKind::kServerless; }

  // `path` behind the endpoint, each part percent-encoded already; `body` JSON or "". `operation` for messages, as in
  // "POST _bulk".
  HttpRequest Request(Method method, std::string_view operation, std::string_view path, std::string body = {},
                      Query query = {}) const;
  // The reply if its status is 2xx, else an Error.
  Result<HttpReply> Send(HttpRequest& request) const { return client_.Send(request); }
  Result<HttpReply> Send(HttpRequest&& request) const { return client_.Send(request); }
  // The reply whatever its status.
  Result<HttpReply> SendAny(HttpRequest& request) const { return client_.SendAny(request); }
  Result<HttpReply> SendAny(HttpRequest&& request) const { return client_.SendAny(request); }
  // What SendAny gave, judged as Send does.
  static Status Read(const HttpRequest& request, const HttpReply& reply);
  // As Send, the body as a JSON object (kBadReply: it is none).
  Result<nlohmann::ordered_json> SendForJson(HttpRequest& request) const;
  Result<nlohmann::ordered_json> SendForJson(HttpRequest&& request) const;

 private:
  const OpenSearchKind kind_;
  const AwsClient client_;
};

}  // namespace vams::aws
