#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/credentials/settings.h"
#include "net/http.h"
#include "net/service.h"

namespace vams {

struct Endpoint {
  Url url{};
  bool configured = false;  // somebody named it, so it may be no AWS host: S3 uses the path style there
  std::string from{};       // "--endpoint-url", "AWS_ENDPOINT_URL_S3", "endpoint_url (/path/config:3)"; "" by default
};

// Whom the flag speaks for: the services that hold the data, not those that credentials come from.
enum class EndpointFlag { kUse, kIgnore };

// Flag, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's services section, the profile's endpoint_url, else
// the service's own host in that region's partition (docs/reference/aws-facts.md section 1).
// kUsage: a URL or section that cannot be used, a `region` that cannot stand in a host name, a service without a host
// of its own (OpenSearch, metadata).
Result<Endpoint> EndpointFor(const AwsSettings& settings, Service service, std::string_view region,
                             EndpointFlag flag = EndpointFlag::kUse);
// Of the service that renews sign-in tokens.
Result<Endpoint> OidcEndpoint(const AwsSettings& settings, std::string_view region);
// STS as the credentials chain speaks to it. Without a region it is the global one, signed for us-east-1.
struct StsEndpoint {
  Endpoint endpoint{};
  std::string region{};
};
Result<StsEndpoint> StsForCredentials(const AwsSettings& settings);

}  // namespace vams
