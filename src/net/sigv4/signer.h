#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "net/credentials.h"
#include "net/http.h"

// AWS Signature Version 4 in the Authorization header (docs/reference/aws-facts.md sections 4 and 6).
namespace vams {

struct SigningOptions {
  bool normalize_path = true;      // remove dot segments and double slashes before signing
  bool double_encode_path = true;  // encode the path as sent once more
  bool body_header = false;        // add x-amz-content-sha256 and sign it
  bool unsigned_payload = false;   // UNSIGNED-PAYLOAD in place of the body's hash; implies body_header
  bool sign_session_token = true;  // false: the token is added after signing (a few IoT-like services)
};

// The rules of a service by its signing name: s3 takes the path as it is and always has the body header, aoss has the
// header.
SigningOptions SigningOptionsFor(std::string_view signing_name);

// What was signed, for tests and for comparing with what a service says it expected. Holds no key, but the session
// token.
struct SignatureParts {
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;
};

// HMAC-SHA256 with one key, set up once. Safe for concurrent calls.
class KeyedMac {
 public:
  explicit KeyedMac(std::string_view key);
  ~KeyedMac();
  KeyedMac(const KeyedMac&) = delete;
  KeyedMac& operator=(const KeyedMac&) = delete;
  std::string HexOf(std::string_view text);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

// The key of one day, region and service. Deriving it costs four of the five HMACs of a signature, so it pays to keep
// it.
struct SigningKey {
  std::string date;  // YYYYMMDD
  std::shared_ptr<KeyedMac> mac;
};
SigningKey DeriveSigningKey(const Secret& secret_access_key, std::string_view date, const SigningScope& scope);

// 20250601T120000Z, cut to whole seconds.
std::string FormatSigningTime(UtcTime t);

// Adds X-Amz-Date, X-Amz-Security-Token where there is one, X-Amz-Content-SHA256 where asked, and Authorization; those
// of an earlier signing are replaced. Signs Host (as HostHeader gives it unless the request has one) and every header
// of the request except those that are changed on the way (aws-facts section 4). `key` must be of these credentials and
// this scope; one of another day is not used.
SignatureParts Sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope, UtcTime now,
                    const SigningOptions& options, const SigningKey* key = nullptr);

}  // namespace vams
