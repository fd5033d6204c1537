#include "cli/golden_check_command.h"
#include "cli/process.h"

int main(int argc, char** argv) {
  using vams::cli::Program;
  return vams::cli::ProgramMain(Program{.name = "golden-check",
                                        .summary = "Runs golden cases of the indexers",
                                        .commands = {&vams::cli::MakeGoldenCheck},
                                        .default_command = ""},
                                argc, argv);
}
