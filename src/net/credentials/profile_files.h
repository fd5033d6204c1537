#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "net/credentials/ini_file.h"
#include "net/environment.h"

namespace vams {

// No file of settings or with a token is longer; a path may be wrong and name anything.
inline constexpr Bytes kMaxSettingsFile{1 << 20};

// The settings of one profile, sso-session or services section, with where each came from.
class ProfileSection {
 public:
  struct Entry {
    IniSetting setting{};
    std::string file{};
  };

  void Overlay(const std::map<std::string, IniSetting>& settings, const std::string& file);
  // An empty value counts as absent.
  const Secret* Find(std::string_view key) const;
  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  // For settings that are no secret. nullopt: absent.
  std::optional<std::string> Text(std::string_view key) const;
  // `key` of the block below `outer =`.
  std::optional<std::string> BlockText(std::string_view outer, std::string_view key) const;
  // "/path/config:12", for messages; "" for an absent key.
  std::string Where(std::string_view key) const;
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

using ProfileSections = std::map<std::string, ProfileSection, std::less<>>;

// ~/.aws/config and ~/.aws/credentials as read. A missing file is an empty one.
struct ProfileFiles {
  std::string config_path{};
  std::string credentials_path{};
  ProfileSections config{};        // [default] and [profile NAME] of the config file
  ProfileSections credentials{};   // [NAME] of the credentials file
  ProfileSections sso_sessions{};  // [sso-session NAME]
  ProfileSections services{};      // [services NAME]
  // Sections of the config file that are none of these, such as a profile without the word; kept to explain.
  std::vector<std::string> other_sections{};

  bool HasProfile(std::string_view name) const;
  // The config file's profile with the credentials file's keys laid over it; empty where neither has it.
  ProfileSection Profile(std::string_view name) const;
  std::vector<std::string> ProfileNames() const;
};

// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, else the files below ~/.aws.
// kUsage: file:line and what is wrong there; kAccessDenied, kIo, kTooLarge: a file that is there cannot be read.
Result<ProfileFiles> LoadProfileFiles(const Environment& environment);
// From text, with the names as they shall stand in messages.
Result<ProfileFiles> ParseProfileFiles(std::string_view config, std::string config_path, std::string_view credentials,
                                       std::string credentials_path);

}  // namespace vams
