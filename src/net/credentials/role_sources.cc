#include "net/credentials/role_sources.h"

#include <chrono>
#include <pugixml.hpp>
#include <utility>
#include <vector>

#include "base/durable_file.h"
#include "base/percent.h"
#include "base/text.h"
#include "net/credentials/key_document.h"
#include "net/make_transport.h"

namespace vams {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

std::string Encode(const Form& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (!text.empty()) text.push_back('&');
    text += name + "=" + PercentEncode(value);
  }
  return text;
}

// <AssumeRoleResponse><AssumeRoleResult><Credentials>, and the same of the other operation.
Result<Credentials> ReadCredentials(HttpReply& reply, UtcTime now) {
  pugi::xml_document document;
  const bool parsed = static_cast<bool>(document.load_buffer(reply.body.data(), reply.body.size()));
  Secret::Wipe(reply.body);
  const pugi::xml_node found = parsed ? document.first_child().first_child().child("Credentials") : pugi::xml_node();
  if (!found) return Fail(ErrorCode::kBadReply, "the reply of STS is cut or no XML with credentials in it");
  const std::optional<UtcTime> expiry = ParseExpiry(found.child_value("Expiration"));
  Credentials keys{.access_key_id = found.child_value("AccessKeyId"),
                   .secret_access_key = Secret(found.child_value("SecretAccessKey")),
                   .session_token = Secret(found.child_value("SessionToken"))};
  std::string wrong = WhatIsWrongWith(keys);
  if (wrong.empty() && keys.session_token.empty()) wrong = "the session token is empty";
  if (wrong.empty() && !expiry) wrong = "their Expiration is no time";
  if (!wrong.empty())
    return Fail(ErrorCode::kBadReply, "the credentials in the reply of STS cannot be used: {}", wrong);
  keys.expiry = OnThisClock(*expiry, reply, now);
  return keys;
}

class RoleKeys : public CredentialSource {
 public:
  RoleKeys(std::string operation, RoleRequest role, std::shared_ptr<CredentialsProvider> from, StsEndpoint sts,
           RetryOptions retry, CredentialDeps deps)
      : operation_(std::move(operation)),
        role_(std::move(role)),
        sts_(std::move(sts)),
        deps_(std::move(deps)),
        signed_(from != nullptr),
        transport_(MakeTransport({.retry = retry}, {.wire = deps_.wire,
                                                    .credentials = std::move(from),
                                                    .clock = deps_.clock,
                                                    .random = deps_.random,
                                                    .stop = deps_.stop})) {}

  std::string name() const override {
    return fmt::format("role {} ({})", Printable(role_.role_arn), Printable(role_.asked_by));
  }

  Result<Fetched> Fetch() override {
    Form form{{"Action", operation_}, {"Version", "2011-06-15"}, {"RoleArn", role_.role_arn}};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deps_.clock->Now().time_since_epoch());
    form.emplace_back("RoleSessionName", role_.session_name.value_or(fmt::format("vams-migrate-{}", seconds.count())));
    if (role_.external_id) form.emplace_back("ExternalId", *role_.external_id);
    if (role_.duration_seconds) form.emplace_back("DurationSeconds", std::to_string(*role_.duration_seconds));
    TRY_ASSIGN(const Secret token, Token());
    if (!token.empty()) form.emplace_back("WebIdentityToken", token.Reveal());
    HttpRequest request{.call = {Service::kSts, operation_, role_.role_arn},
                        .method = Method::kPost,
                        .url = sts_.endpoint.url,
                        .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                        .body = Body(Encode(form))};
    if (signed_) request.sign = SigningScope{sts_.region, "sts"};
    for (auto& [name, value] : form) Secret::Wipe(value);
    TRY_ASSIGN(HttpReply reply, AcceptFromKeyService(transport_->Send(request), request.call, {&token}));
    TRY_ASSIGN(Credentials keys, ReadCredentials(reply, deps_.clock->Now()));
    keys.source = name();
    return keys;
  }

 protected:
  // "" where there is none.
  virtual Result<Secret> Token() const { return Secret(); }

 private:
  const std::string operation_;
  const RoleRequest role_;
  const StsEndpoint sts_;
  const CredentialDeps deps_;
  const bool signed_;
  const std::unique_ptr<Transport> transport_;
};

class WebIdentityKeys final : public RoleKeys {
 public:
  WebIdentityKeys(RoleRequest role, std::string token_file, StsEndpoint sts, RetryOptions retry, CredentialDeps deps)
      : RoleKeys("AssumeRoleWithWebIdentity", std::move(role), nullptr, std::move(sts), retry, std::move(deps)),
        token_file_(std::move(token_file)) {}

 private:
  Result<Secret> Token() const override {
    TRY_ASSIGN(std::optional<std::string> text, ReadWholeFile(token_file_, kMaxSettingsFile));
    if (!text) return Fail(ErrorCode::kNotFound, "the web identity token file {} is not there", token_file_);
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r' || text->back() == ' ')) text->pop_back();
    if (text->empty()) return Fail(ErrorCode::kInvalid, "the web identity token file {} is empty", token_file_);
    return Secret(*std::move(text));
  }

  const std::string token_file_;
};

}  // namespace

std::unique_ptr<CredentialSource> AssumeRoleSource(RoleRequest role, std::shared_ptr<CredentialsProvider> from,
                                                   StsEndpoint sts, RetryOptions retry, CredentialDeps deps) {
  return std::make_unique<RoleKeys>("AssumeRole", std::move(role), std::move(from), std::move(sts), retry,
                                    std::move(deps));
}

std::unique_ptr<CredentialSource> WebIdentitySource(RoleRequest role, std::string token_file, StsEndpoint sts,
                                                    RetryOptions retry, CredentialDeps deps) {
  return std::make_unique<WebIdentityKeys>(std::move(role), std::move(token_file), std::move(sts), retry,
                                           std::move(deps));
}

}  // namespace vams
