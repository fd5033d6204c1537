#include "base/error.h"

namespace vams {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return "invalid";
    case ErrorCode::kUsage: return "usage";
    case ErrorCode::kNotFound: return "not-found";
    case ErrorCode::kPrecondition: return "precondition";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kBusy: return "busy";
    case ErrorCode::kThrottled: return "throttled";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kTimeout: return "timeout";
    case ErrorCode::kAccessDenied: return "access-denied";
    case ErrorCode::kExpired: return "expired";
    case ErrorCode::kNoSpace: return "no-space";
    case ErrorCode::kReadOnly: return "read-only";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kBadReply: return "bad-reply";
    case ErrorCode::kTooLarge: return "too-large";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kUnknown: return "unknown";
  }
  return "unknown";
}

Error Error::WithHint(std::string text) && {
  hint = std::move(text);
  return std::move(*this);
}

Error Error::WithOperation(std::string text) && {
  operation = std::move(text);
  return std::move(*this);
}

Error Error::In(std::string_view where) && {
  message = fmt::format("{}: {}", where, message);
  return std::move(*this);
}

}  // namespace vams
