#pragma once

#include <memory>
#include <string>

#include "net/credentials/credential_source.h"
#include "net/credentials/settings.h"

// Credentials that the machine itself hands to what runs on it. Never through a proxy.
namespace vams {

// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (of the address 169.254.170.2) or _FULL_URI, which must be https or one of the
// addresses that cannot be elsewhere; the authorization of _TOKEN_FILE, read anew each time, before that of _TOKEN.
std::unique_ptr<CredentialSource> ContainerSource(Environment environment, CredentialDeps deps);

// The role of the instance, by version 2 of its metadata service. Nothing where the service does not answer or has no
// role. When it hands out credentials that are about to end, because it cannot renew them itself, they count as good
// for a while longer, as the SDKs do it: the services extend them.
std::unique_ptr<CredentialSource> InstanceSource(MetadataSettings settings, CredentialDeps deps);

// settings.region, else that of the instance. kUsage, naming the ways to set one: neither knows.
Result<std::string> ResolveRegion(const AwsSettings& settings, const CredentialDeps& deps);

}  // namespace vams
