#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace vams {

// Something that a person should read, as it happened.
struct FlowNote {
  enum class Kind : std::uint8_t { kDown, kUp, kBucketFailed, kNoBacklog };
  Kind kind;
  std::string resource;   // "S3", "the topic", ...
  std::size_t index = 0;  // of the bucket (kBucketFailed) or topic (kNoBacklog)
  std::optional<Error> error{};
};

// What an answer without success says.
enum class FailureClass : std::uint8_t {
  kThrottled,
  kNoAnswer,    // lost, or refused by a service that is not well: it may pass
  kUnreadable,  // an answer that does not decode: spoiled on its way, which passes, or always so, which does not
  kRefused,     // for good
};
inline FailureClass ClassOf(const Error& error) {
  if (error.code == ErrorCode::kThrottled) return FailureClass::kThrottled;
  if (error.code == ErrorCode::kBadReply) return FailureClass::kUnreadable;
  return error.retryable ? FailureClass::kNoAnswer : FailureClass::kRefused;
}

// The pause before the next try: doubles with each, with a jitter. `random` in [0, 1).
Duration FlowBackoff(std::uint32_t tries, double random);

}  // namespace vams
