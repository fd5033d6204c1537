#include "cli/commands.h"
#include "cli/process.h"

int main(int argc, char** argv) { return vams::cli::ProgramMain(vams::cli::MigrateProgram(), argc, argv); }
