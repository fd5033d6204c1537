#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/stop.h"
#include "cli/exit.h"
#include "cli/flags.h"
#include "cli/output.h"
#include "config/options.h"
#include "config/resolve_options.h"
#include "config/settings.h"

namespace vams::cli {

// What a program gets from outside, so that tests decide it.
struct Context {
  LookUpVariable environment;
  std::map<std::string, std::string, std::less<>> process_environment{};  // all of it: may hold secrets, never printed
  std::vector<std::string> variables;  // names of all VAMS_MIGRATE_ variables there are
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Clock& clock;
  StopFlag& stop;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t columns = 80;
};

// What a command works with: the settings, checked, and where to write.
struct Invocation {
  Context& context;
  Output& output;
  Options options;
  std::vector<std::string> notes;  // of the configuration; printed already unless the command logs
  std::map<std::string, std::string, std::less<>> origins;  // who gave each setting (ResolvedOptions)
  std::optional<std::filesystem::path> config;
};

// Of an invocation that was stopped, for people.
std::string_view WhyStopped(const Invocation& in);

struct CommandInfo {
  std::string_view name;     // words as typed: "local documents get"; "" for the only command of a program
  std::string_view summary;  // one line
  std::string_view example;  // worked, shown by --help
  CommandKind kind = CommandKind::kPlain;
  // Ctrl-C asks it to drain and stop; it ends with kInterrupted. Without it the signal ends the process.
  bool drains_on_signal = false;
  // Its notes go to its own log.
  bool logs_notes = false;
  // Flags of settings that this command takes with a meaning of its own, or not at all.
  std::vector<std::string_view> without_flags{};
};

class Command {
 public:
  virtual ~Command() = default;
  virtual CommandInfo info() const = 0;
  // Adds flags and arguments of its own, bound to its members; the settings of its kind are added by the dispatcher.
  virtual void Define(Flags&) {}
  // False where the command reads the configuration file itself.
  virtual bool resolves_options() const { return true; }
  virtual Exit Run(Invocation& invocation) = 0;
};

using CommandFactory = std::unique_ptr<Command> (*)();

struct Program {
  std::string_view name;     // "vams-migrate"
  std::string_view summary;  // of --help
  std::vector<CommandFactory> commands;
  std::string_view default_command;  // the name of the one that runs without a verb
};

// Finds the command in `args` (without the program's name), reads its flags, runs it. Never throws.
Exit Dispatch(const Program& program, const std::vector<std::string>& args, Context& context);

}  // namespace vams::cli
