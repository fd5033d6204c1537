#include "net/credentials/metadata_sources.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/durable_file.h"
#include "base/text.h"
#include "net/credentials/key_document.h"
#include "net/make_transport.h"
#include "net/region.h"

namespace vams {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Timeouts AtMost(Duration limit) { return {.connect = limit, .first_byte = limit, .total = limit}; }

std::unique_ptr<Transport> MetadataTransport(const CredentialDeps& deps, int attempts) {
  return MakeTransport({.retry = {.max_attempts = attempts}},
                       {.wire = deps.wire, .clock = deps.clock, .random = deps.random, .stop = deps.stop});
}

class ContainerKeys final : public CredentialSource {
 public:
  ContainerKeys(Environment environment, CredentialDeps deps)
      : environment_(std::move(environment)), deps_(std::move(deps)), transport_(MetadataTransport(deps_, 3)) {}
  std::string name() const override { return "container"; }

  Result<Fetched> Fetch() override {
    const std::string* relative = environment_.Find("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const std::string* full = environment_.Find("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full) return NothingThere{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set"};
    TRY_ASSIGN(Url url, relative ? RelativeUrl(*relative) : FullUrl(*full));
    TRY_ASSIGN(const Secret authorization, Authorization());
    HttpRequest request{.call = {Service::kMetadata, "container credentials", ""},
                        .url = std::move(url),
                        .headers = {{"Accept", "application/json"}},
                        .timeouts = AtMost(seconds(2)),
                        .through_proxy = false,
                        .max_reply = Bytes{1 << 20}};
    if (!authorization.empty()) request.headers.Add("Authorization", std::string(authorization.Reveal()));
    TRY_ASSIGN(HttpReply reply, AcceptFromKeyService(transport_->Send(request), request.call, {&authorization}));
    Result<Credentials> keys = ParseKeyDocument(reply.body, {.token = "Token", .expiry_required = true});
    if (!keys) return std::unexpected(std::move(keys).error().In("the reply of " + HostHeader(request.url)));
    keys->expiry = OnThisClock(*keys->expiry, reply, deps_.clock->Now());
    keys->source = name();
    return *std::move(keys);
  }

 private:
  static Result<Url> RelativeUrl(const std::string& path) {
    if (!path.starts_with('/')) {
      return Fail(ErrorCode::kUsage, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must begin with a '/'");
    }
    Result<Url> url = ParseUrl("http://169.254.170.2" + path);
    if (!url) return std::unexpected(std::move(url).error().In("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"));
    return url;
  }

  static Result<Url> FullUrl(const std::string& text) {
    constexpr std::array<std::string_view, 5> kHosts{"localhost", "[::1]", "169.254.170.2", "169.254.170.23",
                                                     "[fd00:ec2::23]"};
    Result<Url> url = ParseUrl(text);
    if (!url) return std::unexpected(std::move(url).error().In("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    const bool here = std::ranges::find(kHosts, url->host) != kHosts.end() || IsLoopback(url->host);
    if (url->scheme == Scheme::kHttps || here) return url;
    // The token would go there in clear.
    return Fail(ErrorCode::kUsage,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI names {} over http: it must be https, or a loopback address, {}",
                Printable(url->host), "169.254.170.2, 169.254.170.23 or [fd00:ec2::23]");
  }

  // 127.a.b.c; a name such as 127.example.org is none.
  static bool IsLoopback(std::string_view host) {
    const std::vector<std::string_view> parts = Split(host, '.');
    return parts.size() == 4 && parts[0] == "127" && std::ranges::all_of(parts, [](std::string_view part) {
             return !part.empty() && part.size() <= 3 && part.find_first_not_of("0123456789") == std::string_view::npos;
           });
  }

  Result<Secret> Authorization() const {
    const std::string* file = environment_.Find("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const std::string* inline_token = environment_.Find("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    std::string token = inline_token ? *inline_token : "";
    if (file) {
      TRY_ASSIGN(std::optional<std::string> text, ReadWholeFile(*file, kMaxSettingsFile));
      if (!text) {
        return Fail(ErrorCode::kNotFound, "the file {} (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is not there", *file);
      }
      token = *std::move(text);
      while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    }
    const bool clean = std::ranges::none_of(token, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    Secret secret(std::move(token));
    if (!clean) return Fail(ErrorCode::kInvalid, "the authorization token of the container has a line break in it");
    return secret;
  }

  const Environment environment_;
  const CredentialDeps deps_;
  const std::unique_ptr<Transport> transport_;
};

// Version 2 alone: a token first, which a request that somebody else provokes cannot get.
class InstanceMetadata {
 public:
  InstanceMetadata(MetadataSettings settings, const CredentialDeps& deps)
      : settings_(std::move(settings)), transport_(MetadataTransport(deps, settings_.attempts)) {}

  const MetadataSettings& settings() const { return settings_; }

  Result<Secret> Token() {
    TRY_ASSIGN(HttpRequest request, Request("/latest/api/token"));
    request.method = Method::kPut;
    request.headers.Add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    TRY_ASSIGN(HttpReply reply, AcceptFromKeyService(transport_->Send(request), request.call, {}));
    return Secret(std::move(reply.body));
  }

  Result<HttpReply> Get(const std::string& path, const Secret& token) {
    TRY_ASSIGN(HttpRequest request, Request(path));
    request.headers.Add("x-aws-ec2-metadata-token", std::string(token.Reveal()));
    return AcceptFromKeyService(transport_->Send(request), request.call, {&token});
  }

 private:
  Result<HttpRequest> Request(const std::string& path) const {
    TRY_ASSIGN(Url url, ParseUrl(settings_.endpoint + path));
    return HttpRequest{.call = {Service::kMetadata, "instance metadata", ""},
                       .url = std::move(url),
                       .timeouts = AtMost(settings_.timeout),
                       .through_proxy = false,
                       .max_reply = Bytes{1 << 20}};
  }

  const MetadataSettings settings_;
  const std::unique_ptr<Transport> transport_;
};

class InstanceKeys final : public CredentialSource {
 public:
  InstanceKeys(MetadataSettings settings, CredentialDeps deps)
      : deps_(std::move(deps)), metadata_(std::move(settings), deps_) {}
  std::string name() const override { return "instance metadata"; }

  Result<Fetched> Fetch() override {
    if (metadata_.settings().disabled) return NothingThere{"AWS_EC2_METADATA_DISABLED is true"};
    Result<Credentials> keys = Ask();
    if (keys) {
      gave_ = true;
      return *std::move(keys);
    }
    // Before anything was given a failure means that there is nothing here; afterwards that it has broken.
    Error& error = keys.error();
    if (gave_ || error.code == ErrorCode::kCancelled) return std::unexpected(std::move(error));
    if (error.code == ErrorCode::kTimeout) {
      error.message += " (in a container on an instance the hop limit of its metadata options must be 2)";
    }
    return NothingThere{std::move(error.message)};
  }

 private:
  Result<Credentials> Ask() {
    const std::string roles_path = "/latest/meta-data/iam/security-credentials/";
    TRY_ASSIGN(const Secret token, metadata_.Token());
    TRY_ASSIGN(const HttpReply roles, metadata_.Get(roles_path, token));
    const std::string role(Split(roles.body, '\n').front());
    if (role.empty() || role.find_first_of("/?#% \r") != std::string::npos) {
      return Fail(ErrorCode::kNotFound, "the instance has no role");
    }
    TRY_ASSIGN(HttpReply reply, metadata_.Get(roles_path + role, token));
    // Where the role cannot be assumed the reply is a 200 with a Code and a Message.
    const nlohmann::json said = nlohmann::json::parse(reply.body, nullptr, false);
    if (said.is_object() && said.contains("Code") && said["Code"].is_string() && said["Code"] != "Success") {
      return Fail(ErrorCode::kAccessDenied, "role {}: {}", Printable(role), Printable(said["Code"].get<std::string>()));
    }
    Result<Credentials> keys =
        ParseKeyDocument(reply.body, {.token = "Token", .token_required = true, .expiry_required = true});
    if (!keys) return std::unexpected(std::move(keys).error().In("role " + Printable(role)));
    const UtcTime now = deps_.clock->Now();
    keys->expiry = Extended(OnThisClock(*keys->expiry, reply, now), now);
    keys->source = fmt::format("instance role {}", Printable(role));
    return keys;
  }

  // botocore's rule: near the end, or past it, as good for 17 to 25 minutes more, then ask again.
  UtcTime Extended(UtcTime expiry, UtcTime now) const {
    const auto spread = std::chrono::duration_cast<Duration>(minutes(8) * deps_.random());
    const Duration window = minutes(17) + spread;
    return now >= expiry - window ? now + window : expiry;
  }

  const CredentialDeps deps_;
  InstanceMetadata metadata_;
  bool gave_ = false;
};

}  // namespace

std::unique_ptr<CredentialSource> ContainerSource(Environment environment, CredentialDeps deps) {
  return std::make_unique<ContainerKeys>(std::move(environment), std::move(deps));
}

std::unique_ptr<CredentialSource> InstanceSource(MetadataSettings settings, CredentialDeps deps) {
  return std::make_unique<InstanceKeys>(std::move(settings), std::move(deps));
}

Result<std::string> ResolveRegion(const AwsSettings& settings, const CredentialDeps& deps) {
  if (settings.region) return *settings.region;
  const auto unknown = [](std::string_view why) {
    return std::unexpected(
        MakeError(ErrorCode::kUsage, "no AWS region is set, and the instance metadata gives none: {}", why)
            .WithHint("name one with --region, AWS_REGION or `region =` in the profile"));
  };
  if (settings.metadata.disabled) return unknown("AWS_EC2_METADATA_DISABLED is true");
  InstanceMetadata metadata(settings.metadata, deps);
  const Result<Secret> token = metadata.Token();
  if (!token) return unknown(token.error().message);
  const Result<HttpReply> reply = metadata.Get("/latest/meta-data/placement/region", *token);
  if (!reply) return unknown(reply.error().message);
  if (!IsRegionName(reply->body)) return unknown("its answer is not the name of a region");
  return reply->body;
}

}  // namespace vams
