#pragma once

#include <memory>

#include "cli/command.h"

namespace vams::cli {

// The one command of golden-check: runs files of golden cases through the real indexers on embedded VAMSes.
std::unique_ptr<Command> MakeGoldenCheck();

}  // namespace vams::cli
