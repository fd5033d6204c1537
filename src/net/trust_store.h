#pragma once

#include <openssl/ossl_typ.h>

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace vams {

// The certificate authorities that servers are checked against. One for all connections: a store of its own for each,
// as libcurl has it, costs tens of milliseconds and about a megabyte per connection.
using TrustStore = std::shared_ptr<X509_STORE>;

// `ca_bundle`: a PEM file that replaces the system's authorities. nullopt: OpenSSL's defaults, SSL_CERT_FILE and
// SSL_CERT_DIR included. kUsage: the file cannot be read or holds no certificate.
Result<TrustStore> OpenTrustStore(const std::optional<std::string>& ca_bundle);

}  // namespace vams
