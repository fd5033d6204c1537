#include "net/credentials/chain.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/credentials/endpoints.h"
#include "net/credentials/metadata_sources.h"
#include "net/credentials/refreshing_credentials.h"
#include "net/credentials/role_sources.h"
#include "net/credentials/sso_source.h"
#include "net/credentials/stored_sources.h"

namespace vams {
namespace {

using Source = std::unique_ptr<CredentialSource>;

// A role that needs other credentials to be assumed; with a token file it needs none and is web identity.
bool IsRole(const ProfileSection& profile) {
  return profile.Has("role_arn") && !profile.Has("web_identity_token_file");
}

bool HasStaticKeys(const ProfileSection& profile) {
  return profile.Has("aws_access_key_id") || profile.Has("aws_secret_access_key");
}

bool IsSessionName(std::string_view text) {
  return text.size() >= 2 && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-") ==
             std::string_view::npos;
}

class Builder {
 public:
  Builder(const AwsSettings& settings, const CredentialDeps& deps) : settings_(settings), deps_(deps) {}

  Result<Source> Build() {
    std::vector<Source> sources;
    TRY_ASSIGN(const bool definite, AddConfigured(sources));
    if (!definite) {
      sources.push_back(ContainerSource(settings_.environment, deps_));
      sources.push_back(InstanceSource(settings_.metadata, deps_));
      const std::string profile = settings_.files.HasProfile(settings_.profile) ? settings_.profile : "";
      sources.push_back(AwsCommandSource(profile, CommandLineUse::kLastResort, settings_.environment, deps_));
    }
    return FirstOf(std::move(sources));
  }

 private:
  // What the environment and the profile say. True: the last one added is the one; nothing may come behind it.
  Result<bool> AddConfigured(std::vector<Source>& sources) {
    if (settings_.profile_by_flag) {
      sources.push_back(NothingFrom("environment", "passed over, as --profile names a profile"));
    } else {
      sources.push_back(EnvironmentSource(settings_.environment));
      if (settings_.environment.Has("AWS_ACCESS_KEY_ID")) return true;
    }
    if (IsRole(settings_.files.Profile(settings_.profile))) {
      visited_ = {settings_.profile};
      TRY_ASSIGN(Source role, Role(settings_.profile));
      sources.push_back(std::move(role));
      return true;
    }
    TRY_ASSIGN(const bool found, AddProfile(sources, settings_.profile, !settings_.profile_by_flag));
    if (found) return true;
    sources.push_back(NothingFrom("profile " + Printable(settings_.profile), WhyNothing()));
    return false;
  }

  std::string WhyNothing() const {
    const ProfileFiles& files = settings_.files;
    if (files.HasProfile(settings_.profile)) {
      return fmt::format(
          "no role_arn, web_identity_token_file, sso_account_id, aws_access_key_id, login_session or "
          "credential_process in {} or {}",
          files.config_path, files.credentials_path);
    }
    std::string names;
    for (const std::string& name : files.ProfileNames()) names += (names.empty() ? "" : ", ") + Printable(name);
    return fmt::format("it is in neither {} nor {}{}", files.config_path, files.credentials_path,
                       names.empty() ? "" : "; they have " + names);
  }

  // The providers that one profile can configure, without roles that need other credentials.
  Result<bool> AddProfile(std::vector<Source>& sources, const std::string& name, bool with_environment) {
    const ProfileSection profile = settings_.files.Profile(name);
    TRY_ASSIGN(Source web_identity, WebIdentity(name, profile, with_environment));
    if (web_identity) return Add(sources, std::move(web_identity));
    TRY_ASSIGN(std::optional<SsoProfile> sso, ReadSsoProfile(settings_.files, name));
    if (sso) {
      TRY_ASSIGN(Source source, SsoSource(*std::move(sso), settings_, deps_));
      return Add(sources, std::move(source));
    }
    const ProfileFiles& files = settings_.files;
    const auto has_key = [&](const ProfileSections& sections) {
      const auto found = sections.find(name);
      return found != sections.end() && found->second.Has("aws_access_key_id");
    };
    if (has_key(files.credentials)) {
      return Add(sources, KeyFileSource(KeyFile::kCredentials, files.credentials_path, name));
    }
    if (profile.Has("login_session")) {
      return Add(sources, AwsCommandSource(name, CommandLineUse::kAskedFor, settings_.environment, deps_));
    }
    if (const std::optional<std::string> command = profile.Text("credential_process")) {
      return Add(sources, ProcessSource(name, *command, settings_.environment, deps_));
    }
    if (has_key(files.config)) return Add(sources, KeyFileSource(KeyFile::kConfig, files.config_path, name));
    return false;
  }

  static bool Add(std::vector<Source>& sources, Source source) {
    sources.push_back(std::move(source));
    return true;
  }

  // nullptr: not configured. Each setting is the variable's before the profile's.
  Result<Source> WebIdentity(const std::string& name, const ProfileSection& profile, bool with_environment) const {
    std::string asked_by = "profile " + name;
    const auto setting = [&](const char* variable, const char* key) -> std::optional<std::string> {
      const std::string* value = with_environment ? settings_.environment.Find(variable) : nullptr;
      if (!value) return profile.Text(key);
      asked_by = variable;
      return *value;
    };
    const auto token_file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    if (!token_file) return nullptr;
    const std::string by = asked_by;
    const auto role_arn = setting("AWS_ROLE_ARN", "role_arn");
    if (!role_arn) {
      return Fail(ErrorCode::kUsage, "{} names a web identity token file and nothing names its role: set role_arn{}",
                  Printable(by), with_environment ? " or AWS_ROLE_ARN" : "");
    }
    RoleRequest role{.role_arn = *role_arn, .asked_by = by};
    role.session_name = setting("AWS_ROLE_SESSION_NAME", "role_session_name");
    if (role.session_name && !IsSessionName(*role.session_name)) return BadSessionName(by);
    TRY_ASSIGN(StsEndpoint sts, StsForCredentials(settings_));
    return WebIdentitySource(std::move(role), ExpandPath(*token_file, settings_.environment), std::move(sts),
                             settings_.retry, deps_);
  }

  static std::unexpected<Error> BadSessionName(std::string_view where) {
    return Fail(ErrorCode::kUsage, "{}: role_session_name must be 2 to 64 letters, digits and any of _+=,.@-",
                Printable(where));
  }

  Result<Source> Role(const std::string& name) {
    const ProfileSection profile = settings_.files.Profile(name);
    RoleRequest role{.role_arn = *profile.Text("role_arn"), .asked_by = "profile " + name};
    role.external_id = profile.Text("external_id");
    role.session_name = profile.Text("role_session_name");
    if (role.session_name && !IsSessionName(*role.session_name))
      return BadSessionName(profile.Where("role_session_name"));
    if (const std::optional<std::string> duration = profile.Text("duration_seconds")) {
      int seconds = 0;
      const char* end = duration->data() + duration->size();
      const auto [at, error] = std::from_chars(duration->data(), end, seconds);
      if (error != std::errc() || at != end || seconds < 900 || seconds > 43200) {
        return Fail(ErrorCode::kUsage, "{}: duration_seconds must be a whole number from 900 to 43200, not {}",
                    profile.Where("duration_seconds"), Printable(*duration));
      }
      role.duration_seconds = seconds;
    }
    if (profile.Has("mfa_serial")) {
      return std::unexpected(
          MakeError(ErrorCode::kUsage,
                    "profile {} needs the code of an MFA device (mfa_serial, {}), which cannot be asked for in a run",
                    Printable(name), profile.Where("mfa_serial"))
              .WithHint(
                  fmt::format("`eval \"$(aws configure export-credentials --profile {} --format env)\"` asks for it "
                              "once; then start again without --profile",
                              Printable(name))));
    }
    TRY_ASSIGN(Source from, RoleOrigin(name, profile));
    TRY_ASSIGN(StsEndpoint sts, StsForCredentials(settings_));
    return AssumeRoleSource(std::move(role), Kept(std::move(from)), std::move(sts), settings_.retry, deps_);
  }

  Result<Source> RoleOrigin(const std::string& name, const ProfileSection& profile) {
    const std::optional<std::string> source_profile = profile.Text("source_profile");
    const std::optional<std::string> credential_source = profile.Text("credential_source");
    if (source_profile && credential_source) {
      return Fail(ErrorCode::kUsage, "profile {} has both source_profile ({}) and credential_source ({})",
                  Printable(name), profile.Where("source_profile"), profile.Where("credential_source"));
    }
    if (!source_profile && !credential_source) {
      return Fail(ErrorCode::kUsage, "profile {} has a role_arn ({}) and neither source_profile nor credential_source",
                  Printable(name), profile.Where("role_arn"));
    }
    return source_profile ? FromProfile(name, *source_profile, profile.Where("source_profile"))
                          : FromNamedSource(*credential_source, profile.Where("credential_source"));
  }

  Result<Source> FromNamedSource(const std::string& name, const std::string& where) const {
    if (name == "Environment") return EnvironmentSource(settings_.environment);
    if (name == "EcsContainer") return ContainerSource(settings_.environment, deps_);
    if (name == "Ec2InstanceMetadata") return InstanceSource(settings_.metadata, deps_);
    return Fail(ErrorCode::kUsage,
                "{}: credential_source must be Environment, EcsContainer or Ec2InstanceMetadata, not {}", where,
                Printable(name));
  }

  Result<Source> FromProfile(const std::string& parent, const std::string& name, const std::string& where) {
    if (!settings_.files.HasProfile(name)) {
      return Fail(ErrorCode::kUsage, "{}: source_profile {} is in neither {} nor {}", where, Printable(name),
                  settings_.files.config_path, settings_.files.credentials_path);
    }
    const ProfileSection profile = settings_.files.Profile(name);
    // A profile may be its own source when it holds keys beside the role.
    const bool own_keys = name == parent && HasStaticKeys(profile);
    if (!own_keys && std::ranges::find(visited_, name) != visited_.end()) {
      std::string way;
      for (const std::string& one : visited_) way += Printable(one) + " -> ";
      return Fail(ErrorCode::kUsage, "{}: the roles' source_profile settings form a loop: {}{}", where, way,
                  Printable(name));
    }
    visited_.push_back(name);
    if (IsRole(profile) && !HasStaticKeys(profile)) return Role(name);
    std::vector<Source> sources;
    TRY_ASSIGN(const bool found, AddProfile(sources, name, false));
    if (!found) {
      return Fail(ErrorCode::kUsage, "{}: source_profile {} has no credentials of any kind", where, Printable(name));
    }
    return FirstOf(std::move(sources));
  }

  std::shared_ptr<CredentialsProvider> Kept(Source source) const {
    std::vector<Source> one;
    one.push_back(std::move(source));
    return std::make_shared<RefreshingCredentials>(FirstOf(std::move(one)), *deps_.clock, deps_.on_failed_refresh);
  }

  const AwsSettings& settings_;
  const CredentialDeps& deps_;
  std::vector<std::string> visited_;  // the profiles of a chain of roles so far
};

}  // namespace

Result<std::unique_ptr<CredentialsProvider>> MakeCredentialChain(const AwsSettings& settings, CredentialDeps deps) {
  TRY_ASSIGN(Source source, Builder(settings, deps).Build());
  return std::make_unique<RefreshingCredentials>(std::move(source), *deps.clock, deps.on_failed_refresh);
}

}  // namespace vams
