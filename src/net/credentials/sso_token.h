#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/secret.h"

namespace vams {

// What `aws sso login` leaves in its cache: a token for the portal, and what renews it. Other programs use the file as
// well, so that what is not known here stays in it.
class SsoToken {
 public:
  // Wipes `text`. nullopt: it holds no token, or none that says how long it lives.
  static std::optional<SsoToken> Read(std::string& text);

  UtcTime expiry() const { return expiry_; }
  Secret access() const { return Secret(Text("accessToken")); }
  Secret client_secret() const { return Secret(Text("clientSecret")); }
  Secret refresh_token() const { return Secret(Text("refreshToken")); }

  // "" where it can be renewed; else why not, the second part of a sentence.
  std::string WhyNotRenewable(UtcTime now) const;
  // Of the request that renews it, where it can be.
  std::string RenewalBody() const;
  // Takes over what the reply gives, and wipes it. kBadReply: it is of no use, and all stays as it was.
  Status TakeRenewal(std::string& reply, UtcTime now);

  // The file as it ought to be.
  std::string ToText() const;

 private:
  SsoToken(nlohmann::json document, UtcTime expiry) : document_(std::move(document)), expiry_(expiry) {}
  std::string Text(const char* name) const;

  nlohmann::json document_;  // an object
  UtcTime expiry_;
};

}  // namespace vams
