#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace vams::cli {
namespace {

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0   success\n"
    "  1   finished, with failed items or a verification difference\n"
    "  2   wrong usage or configuration\n"
    "  3   could not start: credentials, permission, a missing resource\n"
    "  75  interrupted; can be started again\n";

constexpr std::string_view kPrecedence =
    "Each flag may also be given as an environment variable: VAMS_MIGRATE_ and its name in capitals, such as\n"
    "VAMS_MIGRATE_LOG_LEVEL. A flag comes before the environment, that before the configuration file.\n";

std::string Listed(const std::vector<CommandInfo>& commands, std::string_view start) {
  std::size_t width = 0;
  for (const CommandInfo& info : commands) {
    if (info.name.starts_with(start)) width = std::max(width, info.name.size());
  }
  std::string out;
  for (const CommandInfo& info : commands) {
    if (info.name.starts_with(start)) out += fmt::format("  {:<{}}  {}\n", info.name, width, info.summary);
  }
  return out;
}

std::string Indented(std::string_view text) {
  std::string out = "  ";
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out += "  ";
  }
  return out + "\n";
}

}  // namespace

std::string Footer(const Program&, const CommandInfo& info) {
  return fmt::format("Example:\n{}\n{}\n{}", Indented(info.example), kExitCodes, kPrecedence);
}

std::string ProgramHelp(const Program& program, const std::vector<CommandInfo>& commands, const std::string& flags) {
  return fmt::format(
      "{}\n\nUsage: {} [COMMAND] [FLAGS]\n\nCommands ('{} COMMAND --help' says more of each; without one: {}):\n{}\n"
      "Flags of '{}':\n\n{}",
      program.summary, program.name, program.name, program.default_command, Listed(commands, ""),
      program.default_command, flags);
}

std::string GroupHelp(const Program& program, const std::vector<CommandInfo>& commands, std::string_view group) {
  return fmt::format("Usage: {} {} COMMAND [FLAGS]\n\nCommands ('{} COMMAND --help' says more of each):\n{}",
                     program.name, group, program.name, Listed(commands, std::string(group) + " "));
}

}  // namespace vams::cli
