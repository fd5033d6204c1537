#include "cli/commands.h"
#include "cli/program_main.h"

int main(int argc, char** argv) { return vams::cli::ProgramMain(vams::cli::MigrateProgram(), argc, argv); }
