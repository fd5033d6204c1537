#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/credentials.h"
#include "net/http.h"

// Reading what gives credentials: the JSON of processes and metadata services, the times in them.
namespace vams {

// What the members are called in one kind of document.
struct KeyDocument {
  std::string_view key_id = "AccessKeyId";
  std::string_view secret = "SecretAccessKey";
  std::string_view token = "SessionToken";
  std::string_view expiry = "Expiration";
  std::string_view inside{};  // the member that holds the others; "": the document itself
  int version = 0;            // the number that "Version" must be; 0: there is none
  bool token_required = false;
  bool expiry_required = false;  // a document without one is kBadReply
};
// Wipes `json`. kBadReply: what is missing or wrong, in a part of a sentence that shows nothing of the document.
Result<Credentials> ParseKeyDocument(std::string& json, const KeyDocument& kind);

// "" for keys that can be sent; else what is wrong with them, without showing them.
std::string WhatIsWrongWith(const Credentials& keys);

// ISO 8601 with Z, UTC, an offset or nothing (UTC) behind the time; what sign-in tokens and processes write.
std::optional<UtcTime> ParseExpiry(std::string_view text);
// The same moment on this machine's clock, where that and the server's (its Date header) are more than four minutes
// apart: how long credentials live must not depend on a clock that is wrong.
UtcTime OnThisClock(UtcTime expiry, const HttpReply& reply, UtcTime now);

// As Accept (net/service_error.h), but of an error reply only what the service says in its protocol's form is shown,
// and each of these secrets replaced there: a body of another form may be anything, keys included.
Result<HttpReply> AcceptFromKeyService(Sent sent, const Call& call, std::initializer_list<const Secret*> secrets);

// The error with each of these secrets replaced, should a service have echoed one in its message.
Error Redacted(Error error, std::initializer_list<const Secret*> secrets);

}  // namespace vams
