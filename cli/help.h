#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace vams::cli {

// The example, exit codes and what environment variables do: what stands under the flags.
std::string Footer(const Program& program, const CommandInfo& info);
// --help of the program itself: its commands, then the flags of the default one (`flags`, as CLI11 writes them).
std::string ProgramHelp(const Program& program, const std::vector<CommandInfo>& commands, const std::string& flags);
// --help of the first word or words of several commands: "local".
std::string GroupHelp(const Program& program, const std::vector<CommandInfo>& commands, std::string_view group);

}  // namespace vams::cli
