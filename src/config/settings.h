#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/located_json.h"
#include "config/options.h"

namespace vams {

// Which commands read a setting; a flag that a command would not read is refused there.
enum class CommandKind : unsigned {
  kRun = 1,
  kReindex = 2,
  kVerify = 4,
  kRollback = 8,
  kIndexes = 16,
  kLocal = 32,  // commands on an embedded VAMS
  kPlain = 64,  // commands that open nothing
  kIndexer = 128,
  kDoctor = 256,
  kRuns = 512,  // commands on what runs left in the state directory
};

// How the text of a flag or an environment variable is taken.
enum class TextForm {
  kText,
  kNumber,
  kSwitch,  // a flag without a value; `--flag=false` and `VAMS_MIGRATE_FLAG=false` turn it off
  kTopics,  // ARN, auto, or BUCKET=ARN,BUCKET=ARN
};

// One setting: how it is called in the file and on the command line, what it takes, where it goes.
struct Setting {
  std::string_view key;             // in the file, "reindex_settings.max_workers" for a nested one; "": not in the file
  std::string_view flag;            // of vams-migrate, without the dashes
  std::string_view reindex_flag{};  // of vams-reindex; "": the same
  TextForm form = TextForm::kText;
  unsigned commands = 0;       // CommandKind, or-ed
  std::string_view metavar{};  // of --help
  std::string_view expected;   // completes "expected ..."
  std::string_view help;
  std::string_view group;
  bool names_aws_resource = false;  // of no use, and so neither required nor a mistake, with `local`
  bool part_of_key = false;         // of an object: blanks and quotes at its ends may be meant
  bool only_shows = false;          // changes what is printed and nothing else: an empty variable is no danger
  // Stores the value; false when it is not as expected. Never called with null: that leaves the default.
  bool (*apply)(Options&, const LocatedValue&) = nullptr;

  bool ReadBy(CommandKind kind) const { return (commands & static_cast<unsigned>(kind)) != 0; }
  std::string_view FlagOf(CommandKind kind) const {
    return kind == CommandKind::kReindex && !reindex_flag.empty() ? reindex_flag : flag;
  }
};

// Every setting, in the order of --help.
std::span<const Setting> AllSettings();
// nullptr when there is none.
const Setting* FindSettingByKey(std::string_view key);
const Setting* FindSettingByFlag(std::string_view flag);

// The value that a flag or environment variable stands for, in the form that `apply` takes.
LocatedValue ValueFromText(TextForm form, std::string_view text);

// VAMS_MIGRATE_ and the flag in capitals, with underscores.
std::string EnvironmentName(std::string_view flag);

// "90", "90s", "30m", "2h", "1h30m", "1d"; nullopt for anything else, zero or more than ten years.
std::optional<Duration> ParseDuration(std::string_view text);

}  // namespace vams
