#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config_file.h"
#include "config/options.h"
#include "config/settings.h"

namespace vams {

// The value of an environment variable, nullopt when it is not set. An empty one is a mistake, as an unset variable of
// the shell that it was made from would widen what a command does; where it only changes what is printed it is ignored.
using LookUpVariable = std::function<std::optional<std::string>(const std::string& name)>;

struct FlagValue {
  const Setting* setting = nullptr;
  std::string text;  // "true" for a switch
};

struct OptionSources {
  CommandKind command = CommandKind::kRun;
  std::vector<FlagValue> flags;                 // the last one of a setting counts
  LookUpVariable environment;                   // asked for VAMS_MIGRATE_<FLAG>
  std::optional<std::filesystem::path> config;  // nullopt: no file
  // Report the placeholders and value mistakes of the file even where a flag overrides them, and do not ask for names
  // that are missing: what `config check` wants to know.
  bool check_file_only = false;
};

struct ResolvedOptions {
  Options options;
  std::vector<std::string> notes;  // for people: what was capped or ignored
  // Who gave a setting, by its key: "--region", "VAMS_MIGRATE_REGION", "aws_region in prod.json:8". Absent: nobody.
  std::map<std::string, std::string, std::less<>> origins;
};

// Flag before environment before file before default; then what the command needs must be there. On failure every
// mistake, in the order of the sources.
std::expected<ResolvedOptions, std::vector<ConfigMistake>> ResolveOptions(const OptionSources& sources);

// The same with the text of the file at hand. `file` may be null.
std::expected<ResolvedOptions, std::vector<ConfigMistake>> ResolveOptions(const OptionSources& sources,
                                                                          const ConfigFile* file);

// Keys that a run on AWS needs and that these options leave unset, in the order of the guide's file.
std::vector<std::string> MissingNames(CommandKind command, const Options& options);

}  // namespace vams
