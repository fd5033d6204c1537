#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace vams {

// What went wrong, as far as a caller may branch on it. Closed: a switch over it has no default.
enum class ErrorCode {
  kInvalid,       // an argument or a datum that can never be right
  kUsage,         // command line or configuration; the person must change what they typed
  kNotFound,      // a table, directory, index or topic that must be there is not
  kPrecondition,  // a condition of a write did not hold
  kConflict,      // a newer version is already stored
  kBusy,          // somebody else holds what we need: a lock, a second writer
  kThrottled,
  kUnavailable,  // no answer, or an answer that says "later"
  kTimeout,
  kAccessDenied,
  kExpired,  // credentials that ran out on the way, or may have: some answers give no reason
  kNoSpace,
  kReadOnly,
  kCorrupt,  // stored bytes that are not what we wrote, or a foreign file
  kIo,
  kBadReply,  // an answer that does not decode
  kTooLarge,
  kCancelled,
  kUnknown,
};

std::string_view ErrorCodeName(ErrorCode code);

// `message` is one line: what happened and where, in the words of whoever refused, without secrets.
// `hint` is one line: what to do next; empty where nothing better than the message can be said.
struct Error {
  ErrorCode code = ErrorCode::kUnknown;
  std::string message;
  std::string hint{};
  bool retryable = false;
  std::string operation{};   // "dynamodb:Scan", "sqlite:open"; empty where the message says it all
  std::string request_id{};  // of the service; empty when no reply arrived or there is no service
  std::string field{};       // of a document that is refused because of it; empty where no single one is to blame

  Error WithHint(std::string text) &&;
  Error WithOperation(std::string text) &&;
  // Puts `where: ` in front of the message.
  Error In(std::string_view where) &&;
};

template <class... Args>
Error MakeError(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return Error{.code = code, .message = fmt::format(text, std::forward<Args>(args)...)};
}

}  // namespace vams
