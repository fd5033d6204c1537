#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/credentials/credential_source.h"
#include "net/credentials/settings.h"

namespace vams {

// What a profile says about IAM Identity Center, its [sso-session] included.
struct SsoProfile {
  std::string profile{};
  std::optional<std::string> session{};  // nullopt: the older form, whose token cannot be renewed
  std::string start_url{};
  std::string region{};
  std::string account_id{};
  std::string role_name{};
};

// nullopt: the profile has no SSO settings. kUsage: it has some, and one is missing or contradicts the session.
Result<std::optional<SsoProfile>> ReadSsoProfile(const ProfileFiles& files, const std::string& profile);

// The token that `aws sso login` left below HOME, renewed where that is possible, for a role's credentials.
Result<std::unique_ptr<CredentialSource>> SsoSource(SsoProfile sso, const AwsSettings& settings, CredentialDeps deps);

}  // namespace vams
