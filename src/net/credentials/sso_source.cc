#include "net/credentials/sso_source.h"

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/durable_file.h"
#include "base/text.h"
#include "net/credentials/endpoints.h"
#include "net/credentials/key_document.h"
#include "net/make_transport.h"

namespace vams {
namespace {

using Json = nlohmann::json;

constexpr auto kRenewBefore = std::chrono::minutes(15);

std::string Sha1Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string Text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<UtcTime> Time(const Json& object, const char* name) { return ParseExpiry(Text(object, name)); }

class SsoKeys final : public CredentialSource {
 public:
  SsoKeys(SsoProfile sso, std::string token_path, Url portal, Url oidc, RetryOptions retry, CredentialDeps deps)
      : sso_(std::move(sso)),
        token_path_(std::move(token_path)),
        portal_(std::move(portal)),
        oidc_(std::move(oidc)),
        deps_(std::move(deps)),
        transport_(MakeTransport(
            {.retry = retry}, {.wire = deps_.wire, .clock = deps_.clock, .random = deps_.random, .stop = deps_.stop})) {
  }

  std::string name() const override { return fmt::format("sign-in of profile {}", Printable(sso_.profile)); }

  Result<Fetched> Fetch() override {
    TRY_ASSIGN(const Secret token, AccessToken());
    HttpRequest request{.call = {Service::kSso, "GetRoleCredentials", ""}, .url = portal_};
    request.url.path = "/federation/credentials";
    request.url.query = {{"role_name", sso_.role_name}, {"account_id", sso_.account_id}};
    request.headers.Add("x-amz-sso_bearer_token", std::string(token.Reveal()));
    const Sent sent = transport_->Send(request);
    if (sent && sent->status == 401) return SignIn("the portal no longer takes the sign-in");
    Result<HttpReply> reply = AcceptFromKeyService(sent, request.call, {&token});
    if (!reply) {
      Error error = std::move(reply).error();
      if (sent && (sent->status == 403 || sent->status == 404)) {
        error = std::move(error)
                    .In(fmt::format("role {} in account {}", Printable(sso_.role_name), Printable(sso_.account_id)))
                    .WithHint(
                        "sso_account_id and sso_role_name must be a pair that is assigned to you: "
                        "`aws configure sso` lists them");
      }
      return std::unexpected(std::move(error));
    }
    Result<Credentials> keys = ParseKeyDocument(reply->body, {.key_id = "accessKeyId",
                                                              .secret = "secretAccessKey",
                                                              .token = "sessionToken",
                                                              .expiry = "expiration",
                                                              .inside = "roleCredentials",
                                                              .token_required = true,
                                                              .expiry_required = true});
    if (!keys) return std::unexpected(std::move(keys).error().In("the portal's reply is of no use"));
    keys->expiry = OnThisClock(*keys->expiry, *reply, deps_.clock->Now());
    keys->source = name();
    return *std::move(keys);
  }

 private:
  std::unexpected<Error> SignIn(std::string_view why) const {
    return std::unexpected(
        MakeError(ErrorCode::kAccessDenied, "{}", why)
            .WithHint(fmt::format("sign in: `aws sso login --profile {}`", Printable(sso_.profile))));
  }

  Result<Secret> AccessToken() {
    TRY_ASSIGN(std::optional<std::string> text, ReadWholeFile(token_path_, kMaxSettingsFile));
    if (!text) return SignIn(fmt::format("nobody has signed in: there is no {}", token_path_));
    Json token = Json::parse(*text, nullptr, false);
    Secret::Wipe(*text);
    const std::optional<UtcTime> expiry = token.is_object() ? Time(token, "expiresAt") : std::nullopt;
    std::string access = token.is_object() ? Text(token, "accessToken") : "";
    if (!expiry || access.empty()) return SignIn(fmt::format("{} holds no sign-in", token_path_));
    const UtcTime now = deps_.clock->Now();
    if (sso_.session && *expiry - now < kRenewBefore) {
      // A renewal that fails is no harm while the token lives.
      Result<Secret> renewed = Renew(token, now);
      if (renewed || *expiry <= now) {
        Secret::Wipe(access);
        return renewed;
      }
    }
    if (*expiry <= now) return SignIn(fmt::format("the sign-in ended at {}", FormatIsoSeconds(*expiry)));
    return Secret(std::move(access));
  }

  Result<Secret> Renew(Json& token, UtcTime now) {
    const std::string ended = fmt::format("the sign-in ends at {}", FormatIsoSeconds(*Time(token, "expiresAt")));
    for (const char* name : {"clientId", "clientSecret", "refreshToken"}) {
      if (Text(token, name).empty()) return SignIn(ended + " and cannot be renewed");
    }
    const std::optional<UtcTime> registered = Time(token, "registrationExpiresAt");
    if (registered && *registered <= now) return SignIn(ended + " and its registration has ended");
    const Json body{{"clientId", token["clientId"]},
                    {"clientSecret", token["clientSecret"]},
                    {"grantType", "refresh_token"},
                    {"refreshToken", token["refreshToken"]}};
    const Secret client_secret(Text(token, "clientSecret"));
    const Secret refresh_token(Text(token, "refreshToken"));
    HttpRequest request{.call = {Service::kSso, "CreateToken", ""},
                        .method = Method::kPost,
                        .url = oidc_,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = Body(body.dump())};
    request.url.path = "/token";
    const Sent sent = transport_->Send(request);
    if (sent && sent->status >= 400 && sent->status < 500 && sent->status != 429) {
      return SignIn(ended + " and its renewal was refused");
    }
    TRY_ASSIGN(HttpReply reply, AcceptFromKeyService(sent, request.call, {&client_secret, &refresh_token}));
    const Json fresh = Json::parse(reply.body, nullptr, false);
    Secret::Wipe(reply.body);
    const std::string access = fresh.is_object() ? Text(fresh, "accessToken") : "";
    const auto seconds = fresh.is_object() ? fresh.find("expiresIn") : fresh.end();
    if (access.empty() || seconds == fresh.end() || !seconds->is_number_unsigned()) {
      return Fail(ErrorCode::kBadReply, "the reply to the renewal of the sign-in is of no use");
    }
    // A year bounds what is added to a time.
    const auto lives = std::min<std::uint64_t>(seconds->get<std::uint64_t>(), 365ull * 86400);
    token["accessToken"] = access;
    token["expiresAt"] = FormatIsoSeconds(now + std::chrono::seconds(lives));
    if (const std::string next = Text(fresh, "refreshToken"); !next.empty()) token["refreshToken"] = next;
    // Other programs use the file as well, and it must not lose the new refresh token. Where it cannot be written this
    // run still has its token.
    std::string text = token.dump(-1, ' ', false, Json::error_handler_t::replace);
    static_cast<void>(ReplaceDurably(token_path_, text));
    Secret::Wipe(text);
    return Secret(access);
  }

  const SsoProfile sso_;
  const std::string token_path_;
  const Url portal_;
  const Url oidc_;
  const CredentialDeps deps_;
  const std::unique_ptr<Transport> transport_;
};

}  // namespace

Result<std::optional<SsoProfile>> ReadSsoProfile(const ProfileFiles& files, const std::string& profile) {
  ProfileSection section = files.Profile(profile);
  if (!section.Has("sso_account_id") && !section.Has("sso_role_name")) return std::nullopt;
  SsoProfile sso{.profile = profile, .session = section.Text("sso_session")};
  if (sso.session) {
    const auto found = files.sso_sessions.find(*sso.session);
    if (found == files.sso_sessions.end()) {
      return Fail(ErrorCode::kUsage, "sso_session = {} ({}): {} has no section [sso-session {}]",
                  Printable(*sso.session), section.Where("sso_session"), files.config_path, Printable(*sso.session));
    }
    for (const char* key : {"sso_start_url", "sso_region"}) {
      const std::optional<std::string> of_session = found->second.Text(key);
      const std::optional<std::string> of_profile = section.Text(key);
      if (of_session && of_profile && *of_session != *of_profile) {
        return Fail(ErrorCode::kUsage, "{} differs between the profile ({}) and its sso-session ({})", key,
                    section.Where(key), found->second.Where(key));
      }
      if (of_session) section.Overlay({{key, found->second.entries().find(key)->second.setting}}, files.config_path);
    }
  }
  const auto need = [&](const char* key, std::string& into) -> Status {
    const std::optional<std::string> text = section.Text(key);
    if (!text) {
      return Fail(ErrorCode::kUsage, "profile {} signs in with SSO and has no {}", Printable(profile), key);
    }
    into = *text;
    return {};
  };
  TRY(need("sso_start_url", sso.start_url));
  TRY(need("sso_region", sso.region));
  TRY(need("sso_account_id", sso.account_id));
  TRY(need("sso_role_name", sso.role_name));
  return sso;
}

Result<std::unique_ptr<CredentialSource>> SsoSource(SsoProfile sso, const AwsSettings& settings, CredentialDeps deps) {
  TRY_ASSIGN(Endpoint portal, EndpointFor(settings, Service::kSso, sso.region, EndpointFlag::kIgnore));
  TRY_ASSIGN(Endpoint oidc, OidcEndpoint(settings, sso.region));
  std::string path = ExpandPath(fmt::format("~/.aws/sso/cache/{}.json", Sha1Hex(sso.session.value_or(sso.start_url))),
                                settings.environment);
  return std::make_unique<SsoKeys>(std::move(sso), std::move(path), std::move(portal.url), std::move(oidc.url),
                                   settings.retry, std::move(deps));
}

}  // namespace vams
