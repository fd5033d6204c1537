#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/located_json.h"
#include "config/settings.h"

namespace vams {

// Something wrong with what a person wrote. All of them are collected and shown at once.
struct ConfigMistake {
  std::string source;              // the file's path, "--limit", "VAMS_MIGRATE_LIMIT"; "" where nothing was written
  std::optional<TextPosition> at;  // in a file
  std::string key;                 // of the configuration; "" where the text is no JSON
  std::string message;             // what was found and expected
};

// "prod.json:3:5: log_level: expected ..., found ..."
std::string FormatMistake(const ConfigMistake& mistake);

struct ConfigEntry {
  const Setting* setting = nullptr;
  LocatedValue value;  // never null
};

struct ConfigFile {
  std::string source;
  std::vector<ConfigEntry> entries;     // known keys, each once, values not applied yet
  std::vector<ConfigMistake> mistakes;  // broken JSON, unknown and repeated keys
};

// Reads the text of a configuration file. `comments` and keys that start with '_' are passed over, null leaves the
// default. `source` is what messages call it.
ConfigFile ParseConfig(std::string source, std::string_view text);

// The bytes of the file. kUsage with the reason when it cannot be read; files over 16 MiB are refused.
Result<std::string> ReadConfigText(const std::filesystem::path& path);

// The keys with a value that starts with YOUR_, and where: the message asks to set the key.
bool HoldsPlaceholder(const LocatedValue& value);
std::string PleaseSet(std::string_view key);

}  // namespace vams
