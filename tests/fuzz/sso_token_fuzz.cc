// The file in which `aws sso login` leaves a token, and the reply that renews it, whatever bytes they hold; the two are
// parted by a byte 0x1E. A token that is taken is one; a renewal that is refused changes nothing, and one that is taken
// can be read again from the file as it is written then.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "net/credentials/sso_token.h"

namespace vams {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void Check(const SsoToken& token) {
  Require(!token.access().Reveal().empty());
  std::string text = token.ToText();
  const auto again = SsoToken::Read(text);
  Require(again.has_value());
  // The file has whole seconds after a renewal.
  Require(token.expiry() - again->expiry() < std::chrono::seconds(1) && token.expiry() >= again->expiry());
}

void Fuzz(std::string_view input) {
  const std::size_t parts = input.find('\x1E');
  std::string file(input.substr(0, parts));
  auto token = SsoToken::Read(file);
  Require(file.find_first_not_of('\0') == std::string::npos);
  if (!token) return;
  Check(*token);
  const UtcTime now = *ParseIso("2026-06-01T00:00:00Z");
  if (!token->WhyNotRenewable(now).empty()) return;
  const auto body = nlohmann::json::parse(token->RenewalBody());
  Require(!body.at("refreshToken").get<std::string>().empty() && !body.at("clientSecret").get<std::string>().empty());
  const std::string before = token->ToText();
  std::string reply(parts == std::string_view::npos ? std::string_view{} : input.substr(parts + 1));
  if (!token->TakeRenewal(reply, now)) {
    Require(token->ToText() == before);
    return;
  }
  Require(token->expiry() >= now && token->expiry() <= now + std::chrono::hours(24 * 365));
  Require(token->WhyNotRenewable(now).empty());
  Check(*token);
}

}  // namespace
}  // namespace vams

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  vams::Fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
