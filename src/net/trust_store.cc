#include "net/trust_store.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"

namespace vams {

Result<TrustStore> OpenTrustStore(const std::optional<std::string>& ca_bundle) {
  TrustStore store(X509_STORE_new(), X509_STORE_free);
  // As libcurl sets them: a certificate in the store is trusted without its issuer, which is what a bundle of one's own
  // is for.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  if (!ca_bundle) {
    X509_STORE_set_default_paths(store.get());
    ERR_clear_error();
    return store;
  }
  if (X509_STORE_load_file(store.get(), ca_bundle->c_str()) != 1) {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    const std::string why = reason != nullptr ? reason : "it cannot be read or holds no certificate";
    ERR_clear_error();
    Error error = MakeError(ErrorCode::kUsage, "the CA bundle {} cannot be used: {}", Printable(*ca_bundle), why);
    return std::unexpected(std::move(error).WithHint("it must be a readable PEM file with at least one certificate"));
  }
  return store;
}

}  // namespace vams
