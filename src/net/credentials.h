#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/secret.h"

namespace vams {

// One set of keys. Copy it before signing: key, secret and token belong together.
struct Credentials {
  std::string access_key_id;  // no secret: it may stand in messages
  Secret secret_access_key;
  Secret session_token{};           // empty for long-lived keys
  std::optional<UtcTime> expiry{};  // nullopt: does not expire
  std::string source{};             // which provider gave them, for messages: "profile prod (~/.aws/credentials)"
};

// Gives credentials that are good to sign with now. Safe for concurrent calls.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;
  // May block while it refreshes. Failure: kAccessDenied when there are none or they cannot be had, with a message that
  // says which providers were tried and why each gave nothing; kUnavailable or kTimeout with `retryable` when trying
  // again may help.
  virtual Result<Credentials> Get() = 0;
  // A service refused these as expired or unknown, whatever their expiry says: a cache must not give the same again
  // before it has asked its source. Ignored by providers that have one answer only.
  virtual void Refused(const Credentials&) {}
};

}  // namespace vams
