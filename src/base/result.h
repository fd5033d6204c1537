#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace vams {

// Errors are values. g++ 12 has std::expected under -std=c++23 without its monadic members, hence the macros below.
template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

template <class... Args>
std::unexpected<Error> Fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(MakeError(code, text, std::forward<Args>(args)...));
}

}  // namespace vams

#define VAMS_CONCAT_INNER(a, b) a##b
#define VAMS_CONCAT(a, b) VAMS_CONCAT_INNER(a, b)

// TRY(expr): leaves the function with the error of `expr`, a Status or Result whose value is not wanted. The names come
// from a counter, since the expression may be a lambda with a TRY of its own.
#define TRY(...) VAMS_TRY_INNER(VAMS_CONCAT(vams_status_, __COUNTER__), __VA_ARGS__)
#define VAMS_TRY_INNER(status, ...)                                                              \
  do {                                                                                           \
    if (auto status = (__VA_ARGS__); !status) return std::unexpected(std::move(status).error()); \
  } while (false)

// TRY_ASSIGN(auto page, table.Scan(...)): the value of a Result, or leaves the function with its error.
#define TRY_ASSIGN(lhs, ...) VAMS_TRY_ASSIGN_INNER(VAMS_CONCAT(vams_result_, __COUNTER__), lhs, __VA_ARGS__)
#define VAMS_TRY_ASSIGN_INNER(result, lhs, ...)                     \
  auto result = (__VA_ARGS__);                                      \
  if (!(result)) return std::unexpected(std::move(result).error()); \
  lhs = std::move(result).value()
