#include "backends/aws_connection.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "net/credentials/chain.h"
#include "net/credentials/endpoints.h"
#include "net/credentials/metadata_sources.h"
#include "net/curl_transport.h"
#include "net/make_transport.h"
#include "net/service_error.h"

namespace vams {
namespace {

// Of calls that a service refuses to hear so often.
constexpr Duration kThrottlePatience = std::chrono::minutes(1);
constexpr Duration kNoteEvery = std::chrono::seconds(30);

// Tells a person, now and then, that a service is being waited for.
std::function<void(const TriedAgain&)> TellWaiting(std::function<void(std::string_view)> note, const Clock& clock) {
  if (!note) return {};
  return [note = std::move(note), &clock,
          last = std::make_shared<std::atomic<Duration>>(-kNoteEvery)](const TriedAgain& again) {
    Duration before = last->load();
    if (!again.beyond || again.throttled || clock.Elapsed() - before < kNoteEvery) return;
    if (!last->compare_exchange_strong(before, clock.Elapsed())) return;
    note(fmt::format("{} is not answered: trying again for a while", OperationName(again.call)));
  };
}

// As SigV4 knows the service.
std::string SigningName(Service service) {
  if (service == Service::kDynamoDbStreams) return "dynamodb";
  if (service == Service::kCloudWatch) return "monitoring";
  return std::string(ServiceName(service));
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.") || host.ends_with(".localhost");
}

Environment ToEnvironment(const AwsOpenOptions& options) {
  Environment environment;
  for (const auto& [name, value] : options.environment) environment.Set(name, value);
  return environment;
}

}  // namespace

Result<std::shared_ptr<AwsConnection>> AwsConnection::Open(const AwsOpenOptions& options, Clock& clock) {
  const Environment environment = ToEnvironment(options);
  TRY_ASSIGN(ProfileFiles files, LoadProfileFiles(environment));
  TRY_ASSIGN(AwsSettings settings, ResolveSettings(environment, std::move(files),
                                                   {.profile = options.profile,
                                                    .region = options.region,
                                                    .endpoint_url = options.endpoint_url,
                                                    .profile_by = options.profile_by,
                                                    .region_by = options.region_by,
                                                    .endpoint_url_by = options.endpoint_url_by}));
  TRY_ASSIGN(
      std::shared_ptr<CurlTransport> wire,
      MakeCurlTransport({.ca_bundle = settings.ca_bundle, .proxy = settings.proxy, .user_agent = options.user_agent}));
  CredentialDeps deps;
  deps.wire = wire;
  deps.clock = &clock;
  deps.stop = options.stop;
  if (options.on_note) {
    deps.on_failed_refresh = [note = options.on_note](const Error& error) {
      note("credentials could not be renewed ahead of time: " + error.message);
    };
  }
  TRY_ASSIGN(std::string region, ResolveRegion(settings, deps));
  TRY_ASSIGN(std::shared_ptr<CredentialsProvider> credentials, MakeCredentialChain(settings, deps));
  return std::shared_ptr<AwsConnection>(new AwsConnection(options, std::move(settings), std::move(region),
                                                          std::move(wire), std::move(credentials), clock));
}

AwsConnection::AwsConnection(AwsOpenOptions options, AwsSettings settings, std::string region,
                             std::shared_ptr<CurlTransport> wire, std::shared_ptr<CredentialsProvider> credentials,
                             Clock& clock)
    : options_(std::move(options)),
      settings_(std::move(settings)),
      region_(std::move(region)),
      wire_(std::move(wire)),
      credentials_(std::move(credentials)),
      patience_(std::make_shared<RetryPatience>(kThrottlePatience)),
      clock_(clock) {}

std::shared_ptr<Transport> AwsConnection::NewTransport(Tries tries) const {
  NetDeps deps;
  deps.wire = wire_;
  deps.credentials = credentials_;
  deps.clock = &clock_;
  deps.stop = options_.stop;
  if (options_.on_trace) {
    deps.trace = [trace = options_.on_trace](const CallTrace& call) { trace(FormatTrace(call)); };
  }
  RetryOptions retry = settings_.retry;
  if (tries == Tries::kOne) {
    deps.wire = std::make_shared<TaskTransport>(wire_);
    retry = {.mode = RetryMode::kStandard, .max_attempts = 1};
  } else {
    deps.patience = patience_;
    deps.on_retry = TellWaiting(options_.on_note, clock_);
  }
  return MakeTransport({.retry = retry}, std::move(deps));
}

Result<std::shared_ptr<const aws::AwsClient>> AwsConnection::Client(Service service, std::string_view region,
                                                                    Tries tries) {
  const std::string where(region.empty() ? region_ : region);
  const MutexLock lock(mu_);
  auto& client = clients_[{service, where, tries}];
  if (client == nullptr) {
    auto endpoint = EndpointFor(settings_, service, where);
    if (!endpoint) {
      clients_.erase({service, where, tries});
      return std::unexpected(std::move(endpoint).error());
    }
    client = std::make_shared<aws::AwsClient>(NewTransport(tries), service, std::move(endpoint->url), where,
                                              SigningName(service));
  }
  return client;
}

Result<std::shared_ptr<const aws::OpenSearchClient>> AwsConnection::Search(std::string_view endpoint) {
  TRY_ASSIGN(Url url, aws::OpenSearchEndpoint(endpoint));
  if (url.scheme == Scheme::kHttp && !IsLoopback(url.host)) {
    return std::unexpected(MakeError(ErrorCode::kUsage, "the OpenSearch endpoint {} is not encrypted", HostHeader(url))
                               .WithHint("https:// is needed: plain http is spoken to servers on this machine alone"));
  }
  // "x.eu-west-1.aoss.amazonaws.com" is a serverless collection.
  const auto kind = url.host.contains(".aoss.") ? aws::OpenSearchKind::kServerless : aws::OpenSearchKind::kProvisioned;
  return std::make_shared<const aws::OpenSearchClient>(NewTransport(), kind, std::move(url), region_);
}

}  // namespace vams
