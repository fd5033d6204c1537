#include "net/credentials/profile_files.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/durable_file.h"
#include "net/credentials/shell_words.h"

namespace vams {
namespace {

// "profile" and NAME of [profile NAME], where NAME may be quoted.
std::optional<std::pair<std::string, std::string>> KindAndName(std::string_view section) {
  std::optional<std::vector<std::string>> words = SplitShellWords(section);
  if (!words || words->size() != 2) return std::nullopt;
  return std::pair((*words)[0], (*words)[1]);
}

// A name that is written twice, once quoted, is the later one: the command line's rule.
void Put(ProfileSections& into, const std::string& name, const IniSection& section, const std::string& file) {
  ProfileSection one;
  one.Overlay(section.settings, file);
  into.insert_or_assign(name, std::move(one));
}

const ProfileSection* FindSection(const ProfileSections& sections, std::string_view name) {
  const auto found = sections.find(name);
  return found == sections.end() ? nullptr : &found->second;
}

}  // namespace

void ProfileSection::Overlay(const std::map<std::string, IniSetting>& settings, const std::string& file) {
  for (const auto& [key, setting] : settings) entries_.insert_or_assign(key, Entry{setting, file});
}

const Secret* ProfileSection::Find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() || found->second.setting.value.empty() ? nullptr : &found->second.setting.value;
}

std::optional<std::string> ProfileSection::Text(std::string_view key) const {
  const Secret* value = Find(key);
  return value ? std::optional(std::string(value->Reveal())) : std::nullopt;
}

std::optional<std::string> ProfileSection::BlockText(std::string_view outer, std::string_view key) const {
  const auto found = entries_.find(outer);
  if (found == entries_.end()) return std::nullopt;
  const auto& block = found->second.setting.block;
  const auto inner = block.find(std::string(key));
  if (inner == block.end() || inner->second.empty()) return std::nullopt;
  return std::string(inner->second.Reveal());
}

std::string ProfileSection::Where(std::string_view key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return "";
  return fmt::format("{}:{}", found->second.file, found->second.setting.line);
}

bool ProfileFiles::HasProfile(std::string_view name) const {
  return FindSection(config, name) != nullptr || FindSection(credentials, name) != nullptr;
}

ProfileSection ProfileFiles::Profile(std::string_view name) const {
  ProfileSection merged;
  for (const ProfileSections* sections : {&config, &credentials}) {
    const ProfileSection* section = FindSection(*sections, name);
    if (!section) continue;
    for (const auto& [key, entry] : section->entries()) merged.Overlay({{key, entry.setting}}, entry.file);
  }
  return merged;
}

std::vector<std::string> ProfileFiles::ProfileNames() const {
  std::set<std::string> names;
  for (const ProfileSections* sections : {&config, &credentials}) {
    for (const auto& [name, section] : *sections) names.insert(name);
  }
  return {names.begin(), names.end()};
}

Result<ProfileFiles> ParseProfileFiles(std::string_view config, std::string config_path, std::string_view credentials,
                                       std::string credentials_path) {
  ProfileFiles files;
  TRY_ASSIGN(const std::vector<IniSection> config_sections, ParseIni(config, config_path));
  TRY_ASSIGN(const std::vector<IniSection> credentials_sections, ParseIni(credentials, credentials_path));
  for (const IniSection& section : config_sections) {
    const auto named = KindAndName(section.name);
    if (section.name == "default") {
      Put(files.config, "default", section, config_path);
    } else if (named && named->first == "profile") {
      Put(files.config, named->second, section, config_path);
    } else if (named && named->first == "sso-session") {
      Put(files.sso_sessions, named->second, section, config_path);
    } else if (named && named->first == "services") {
      Put(files.services, named->second, section, config_path);
    } else {
      files.other_sections.push_back(section.name);
    }
  }
  for (const IniSection& section : credentials_sections)
    Put(files.credentials, section.name, section, credentials_path);
  files.config_path = std::move(config_path);
  files.credentials_path = std::move(credentials_path);
  return files;
}

Result<ProfileFiles> LoadProfileFiles(const Environment& environment) {
  const auto path = [&](std::string_view variable, std::string_view standard) {
    const std::string* set = environment.Find(variable);
    return ExpandPath(set ? std::string_view(*set) : standard, environment);
  };
  std::string config_path = path("AWS_CONFIG_FILE", "~/.aws/config");
  std::string credentials_path = path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
  TRY_ASSIGN(std::optional<std::string> config, ReadWholeFile(config_path, kMaxSettingsFile));
  TRY_ASSIGN(std::optional<std::string> credentials, ReadWholeFile(credentials_path, kMaxSettingsFile));
  std::string config_text = std::move(config).value_or("");
  std::string credentials_text = std::move(credentials).value_or("");
  auto files = ParseProfileFiles(config_text, std::move(config_path), credentials_text, std::move(credentials_path));
  Secret::Wipe(config_text);
  Secret::Wipe(credentials_text);
  return files;
}

}  // namespace vams
