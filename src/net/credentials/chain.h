#pragma once

#include <memory>

#include "base/result.h"
#include "net/credentials.h"
#include "net/credentials/credential_source.h"
#include "net/credentials/settings.h"

namespace vams {

// Credentials as the AWS command line finds them, in its order (docs/reference/aws-facts.md section 1): environment; a
// profile's role; web identity; single sign-on; keys of the credentials file; login_session by way of the aws command;
// credential_process; keys of the config file; container; instance metadata; and, where all of these have nothing, the
// aws command. The first that is configured is used, and if it fails no other takes its place.
//
// Making the chain reads no file, asks nobody and starts nothing; the first Get does. The provider keeps and renews
// what it got (refreshing_credentials.h) and is safe for concurrent calls; what `deps` points to outlives it. kUsage,
// naming file and line: a profile that cannot work, such as a role whose sources form a loop.
Result<std::unique_ptr<CredentialsProvider>> MakeCredentialChain(const AwsSettings& settings, CredentialDeps deps);

}  // namespace vams
