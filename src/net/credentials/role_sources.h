#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/credentials/credential_source.h"
#include "net/credentials/endpoints.h"
#include "net/credentials/settings.h"

// Credentials of a role, from STS.
namespace vams {

struct RoleRequest {
  std::string role_arn{};
  std::string asked_by{};                     // "profile prod", "AWS_ROLE_ARN", for messages
  std::optional<std::string> session_name{};  // nullopt: vams-migrate- and the seconds since 1970
  std::optional<std::string> external_id{};
  std::optional<int> duration_seconds{};  // nullopt: as long as STS gives by itself, an hour
};

// AssumeRole, signed with what `from` gives. Retries, and renewing what `from` gave, are those of the transport.
std::unique_ptr<CredentialSource> AssumeRoleSource(RoleRequest role, std::shared_ptr<CredentialsProvider> from,
                                                   StsEndpoint sts, RetryOptions retry, CredentialDeps deps);

// AssumeRoleWithWebIdentity, unsigned; the token file is read anew each time, as whoever writes it renews it.
std::unique_ptr<CredentialSource> WebIdentitySource(RoleRequest role, std::string token_file, StsEndpoint sts,
                                                    RetryOptions retry, CredentialDeps deps);

}  // namespace vams
