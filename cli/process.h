#pragma once

#include "cli/command.h"

namespace vams::cli {

// main() of a program: the process's own streams, environment, clock and terminal.
int ProgramMain(const Program& program, int argc, char** argv);

}  // namespace vams::cli
