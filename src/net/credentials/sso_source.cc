#include "net/credentials/sso_source.h"

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "base/digest.h"
#include "base/durable_file.h"
#include "base/text.h"
#include "net/credentials/endpoints.h"
#include "net/credentials/key_document.h"
#include "net/credentials/sso_token.h"
#include "net/make_transport.h"

namespace vams {
namespace {

constexpr auto kRenewBefore = std::chrono::minutes(15);

std::string Sha1Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return HexOf(std::span(digest).first(size));
}

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
    std::optional<SsoToken> token = SsoToken::Read(*text);
    if (!token) return SignIn(fmt::format("{} holds no sign-in", token_path_));
    const UtcTime now = deps_.clock->Now();
    const UtcTime expiry = token->expiry();
    if (sso_.session && expiry - now < kRenewBefore) {
      // A renewal that fails is no harm while the token lives.
      Secret access = token->access();
      Result<Secret> renewed = Renew(*token, now);
      if (renewed || expiry <= now) return renewed;
      return access;
    }
    if (expiry <= now) return SignIn(fmt::format("the sign-in ended at {}", FormatIsoSeconds(expiry)));
    return token->access();
  }

  Result<Secret> Renew(SsoToken& token, UtcTime now) {
    const std::string ended = fmt::format("the sign-in ends at {} ", FormatIsoSeconds(token.expiry()));
    if (const std::string why = token.WhyNotRenewable(now); !why.empty()) return SignIn(ended + why);
    const Secret client_secret = token.client_secret();
    const Secret refresh_token = token.refresh_token();
    HttpRequest request{.call = {Service::kSso, "CreateToken", ""},
                        .method = Method::kPost,
                        .url = oidc_,
                        .headers = {{"Content-Type", "application/json"}},
                        .body = Body(token.RenewalBody())};
    request.url.path = "/token";
    const Sent sent = transport_->Send(request);
    if (sent && sent->status >= 400 && sent->status < 500 && sent->status != 429) {
      return SignIn(ended + "and its renewal was refused");
    }
    TRY_ASSIGN(HttpReply reply, AcceptFromKeyService(sent, request.call, {&client_secret, &refresh_token}));
    TRY(token.TakeRenewal(reply.body, now));
    // Other programs must not lose the new refresh token. Where the file cannot be written this run still has its
    // token.
    std::string text = token.ToText();
    static_cast<void>(ReplaceDurably(token_path_, text));
    Secret::Wipe(text);
    return token.access();
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
