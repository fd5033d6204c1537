#include "net/credentials/sso_token.h"

#include <algorithm>
#include <utility>

#include "net/credentials/key_document.h"

namespace vams {
namespace {

using Json = nlohmann::json;

std::string TextIn(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string SsoToken::Text(const char* name) const { return TextIn(document_, name); }

std::optional<SsoToken> SsoToken::Read(std::string& text) {
  Json document = Json::parse(text, nullptr, false);
  Secret::Wipe(text);
  if (!document.is_object() || TextIn(document, "accessToken").empty()) return std::nullopt;
  const std::optional<UtcTime> expiry = ParseExpiry(TextIn(document, "expiresAt"));
  if (!expiry) return std::nullopt;
  return SsoToken(std::move(document), *expiry);
}

std::string SsoToken::WhyNotRenewable(UtcTime now) const {
  for (const char* name : {"clientId", "clientSecret", "refreshToken"}) {
    if (Text(name).empty()) return "and cannot be renewed";
  }
  const std::optional<UtcTime> registered = ParseExpiry(Text("registrationExpiresAt"));
  return registered && *registered <= now ? "and its registration has ended" : "";
}

std::string SsoToken::RenewalBody() const {
  const Json body{{"clientId", Text("clientId")},
                  {"clientSecret", Text("clientSecret")},
                  {"grantType", "refresh_token"},
                  {"refreshToken", Text("refreshToken")}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status SsoToken::TakeRenewal(std::string& reply, UtcTime now) {
  const Json fresh = Json::parse(reply, nullptr, false);
  Secret::Wipe(reply);
  std::string access = fresh.is_object() ? TextIn(fresh, "accessToken") : "";
  const Json seconds = fresh.is_object() ? fresh.value("expiresIn", Json()) : Json();
  if (access.empty() || !seconds.is_number_unsigned()) {
    return Fail(ErrorCode::kBadReply, "the reply to the renewal of the sign-in is of no use");
  }
  // A year bounds what is added to a time.
  const auto lives = std::min<std::uint64_t>(seconds.get<std::uint64_t>(), 365ull * 86400);
  expiry_ = now + std::chrono::seconds(lives);
  document_["accessToken"] = std::move(access);
  document_["expiresAt"] = FormatIsoSeconds(expiry_);
  if (std::string next = TextIn(fresh, "refreshToken"); !next.empty()) document_["refreshToken"] = std::move(next);
  return {};
}

std::string SsoToken::ToText() const { return document_.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace vams
