#include "net/credentials/endpoints.h"

#include <array>
#include <optional>

#include "base/text.h"
#include "net/region.h"

namespace vams {
namespace {

struct Host {
  std::string_view variable;  // behind AWS_ENDPOINT_URL_
  std::string_view block;     // in a services section
  std::string_view prefix;    // in front of .<region>.<suffix>
  bool plain_gov_fips;        // in aws-us-gov the ordinary host is the FIPS one
};

constexpr Host kOidc{"SSO_OIDC", "sso_oidc", "oidc", true};

std::optional<Host> HostOf(Service service) {
  switch (service) {
    case Service::kDynamoDb: return Host{"DYNAMODB", "dynamodb", "dynamodb", true};
    case Service::kDynamoDbStreams: return Host{"DYNAMODB_STREAMS", "dynamodb_streams", "streams.dynamodb", true};
    case Service::kS3: return Host{"S3", "s3", "s3", false};
    case Service::kSns: return Host{"SNS", "sns", "sns", true};
    case Service::kSqs: return Host{"SQS", "sqs", "sqs", true};
    case Service::kSsm: return Host{"SSM", "ssm", "ssm", true};
    case Service::kSts: return Host{"STS", "sts", "sts", true};
    case Service::kLambda: return Host{"LAMBDA", "lambda", "lambda", false};
    case Service::kCloudWatch: return Host{"CLOUDWATCH", "cloudwatch", "monitoring", true};
    case Service::kSso: return Host{"SSO", "sso", "portal.sso", true};
    case Service::kOpenSearch:
    case Service::kOpenSearchServerless:
    case Service::kMetadata: return std::nullopt;
  }
  return std::nullopt;
}

Result<Endpoint> Configured(std::string_view text, std::string from) {
  Result<Url> url = ParseUrl(text);
  if (!url) return std::unexpected(std::move(url).error().In(from));
  return Endpoint{.url = *std::move(url), .configured = true, .from = std::move(from)};
}

Result<std::optional<Endpoint>> FromConfiguration(const AwsSettings& settings, const Host& host) {
  if (settings.ignore_configured_endpoints) return std::nullopt;
  for (const std::string& variable :
       {fmt::format("AWS_ENDPOINT_URL_{}", host.variable), std::string("AWS_ENDPOINT_URL")}) {
    if (const std::string* value = settings.environment.Find(variable)) return Configured(*value, variable);
  }
  const ProfileSection profile = settings.files.Profile(settings.profile);
  if (const std::optional<std::string> name = profile.Text("services")) {
    const auto section = settings.files.services.find(*name);
    if (section == settings.files.services.end()) {
      return Fail(ErrorCode::kUsage, "services = {} ({}): {} has no section [services {}]", Printable(*name),
                  profile.Where("services"), settings.files.config_path, Printable(*name));
    }
    if (const auto url = section->second.BlockText(host.block, "endpoint_url")) {
      return Configured(*url, fmt::format("endpoint_url below {} ({})", host.block, section->second.Where(host.block)));
    }
  }
  if (const std::optional<std::string> url = profile.Text("endpoint_url")) {
    return Configured(*url, fmt::format("endpoint_url ({})", profile.Where("endpoint_url")));
  }
  return std::nullopt;
}

Result<Endpoint> Resolve(const AwsSettings& settings, const Host& host, std::string_view region) {
  TRY_ASSIGN(std::optional<Endpoint> configured, FromConfiguration(settings, host));
  if (configured) return *std::move(configured);
  if (!IsRegionName(region)) {
    return Fail(ErrorCode::kUsage, "no host for {} in the region \"{}\": that is not the name of a region", host.prefix,
                Printable(region));
  }
  const bool gov = region.starts_with("us-gov-");
  const std::string_view fips = settings.use_fips && !(gov && host.plain_gov_fips) ? "-fips" : "";
  Endpoint endpoint;
  endpoint.url.host = fmt::format("{}{}.{}.{}", host.prefix, fips, region, DnsSuffix(region));
  return endpoint;
}

}  // namespace

Result<Endpoint> EndpointFor(const AwsSettings& settings, Service service, std::string_view region, EndpointFlag flag) {
  if (flag == EndpointFlag::kUse && settings.endpoint_url)
    return Configured(*settings.endpoint_url, settings.endpoint_url_by);
  const std::optional<Host> host = HostOf(service);
  if (!host) return Fail(ErrorCode::kUsage, "{} has no endpoint of its own", ServiceName(service));
  return Resolve(settings, *host, region);
}

Result<Endpoint> OidcEndpoint(const AwsSettings& settings, std::string_view region) {
  return Resolve(settings, kOidc, region);
}

Result<StsEndpoint> StsForCredentials(const AwsSettings& settings) {
  const std::string region = settings.region.value_or("us-east-1");
  TRY_ASSIGN(Endpoint endpoint, EndpointFor(settings, Service::kSts, region, EndpointFlag::kIgnore));
  if (!settings.region && !endpoint.configured) endpoint.url.host = "sts.amazonaws.com";
  return StsEndpoint{std::move(endpoint), region};
}

}  // namespace vams
