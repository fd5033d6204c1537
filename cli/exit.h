#pragma once

#include "base/error.h"

namespace vams::cli {

// What the programs return; part of the interface, named in --help.
enum class Exit {
  kOk = 0,
  kDifferences = 1,   // finished, with failed items or a verification difference
  kUsage = 2,         // wrong usage or configuration
  kCannotStart = 3,   // credentials, permission, a missing resource, a failed preflight
  kInterrupted = 75,  // stopped before the end; can go on
};

// For an error before anything was done.
Exit ExitFor(ErrorCode code);

}  // namespace vams::cli
