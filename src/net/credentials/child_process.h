#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/stop.h"
#include "net/environment.h"

namespace vams {

struct ChildOutput {
  int exit_code = 0;   // 128 + number where a signal ended it
  std::string output;  // of its standard output; may hold secrets, so whoever takes it wipes it
};

// Where `name` is as the shell finds it: itself when it has a '/', else the first program of that name on PATH.
std::optional<std::string> FindProgram(std::string_view name, const Environment& environment);

// Runs a program to its end, without a shell, and takes its standard output, at most 1 MiB. It reads nothing and its
// standard error goes nowhere, because what other people's programs print there may hold secrets.
// kNotFound: no such program; kAccessDenied: it may not be run; kTimeout: not ended after `limit` of real time, it was
// killed; kTooLarge; kCancelled: `stop` (may be nullptr) was raised; kIo.
Result<ChildOutput> RunProgram(const std::vector<std::string>& command, const Environment& environment, Duration limit,
                               const StopFlag* stop);

}  // namespace vams
