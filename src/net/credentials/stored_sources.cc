#include "net/credentials/stored_sources.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/durable_file.h"
#include "base/text.h"
#include "net/credentials/child_process.h"
#include "net/credentials/key_document.h"
#include "net/credentials/profile_files.h"
#include "net/credentials/shell_words.h"

namespace vams {
namespace {

class EnvironmentKeys final : public CredentialSource {
 public:
  explicit EnvironmentKeys(Environment environment) : environment_(std::move(environment)) {}
  std::string name() const override { return "environment"; }

  Result<Fetched> Fetch() override {
    const std::string* id = environment_.Find("AWS_ACCESS_KEY_ID");
    if (!id) return NothingThere{"AWS_ACCESS_KEY_ID is not set"};
    const std::string* secret = environment_.Find("AWS_SECRET_ACCESS_KEY");
    if (!secret) {
      return Fail(ErrorCode::kUsage, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
    }
    const std::string* token = environment_.Find("AWS_SECURITY_TOKEN");
    if (!token) token = environment_.Find("AWS_SESSION_TOKEN");
    Credentials keys{.access_key_id = *id,
                     .secret_access_key = Secret(*secret),
                     .session_token = Secret(token ? *token : ""),
                     .source = "AWS_ACCESS_KEY_ID in the environment"};
    if (const std::string* expiry = environment_.Find("AWS_CREDENTIAL_EXPIRATION")) {
      keys.expiry = ParseExpiry(*expiry);
      if (!keys.expiry) {
        return Fail(ErrorCode::kUsage, "AWS_CREDENTIAL_EXPIRATION is not a time like 2025-06-01T12:00:00Z: {}",
                    Printable(*expiry));
      }
    }
    if (const std::string wrong = WhatIsWrongWith(keys); !wrong.empty()) return Fail(ErrorCode::kUsage, "{}", wrong);
    return keys;
  }

 private:
  const Environment environment_;
};

class KeyFileKeys final : public CredentialSource {
 public:
  KeyFileKeys(KeyFile kind, std::string path, std::string profile)
      : kind_(kind), path_(std::move(path)), profile_(std::move(profile)) {}
  std::string name() const override { return fmt::format("keys of profile {} in {}", Printable(profile_), path_); }

  Result<Fetched> Fetch() override {
    TRY_ASSIGN(const ProfileSections sections, Read());
    const auto found = sections.find(profile_);
    if (found == sections.end()) return NothingThere{"it has no such profile"};
    const ProfileSection& section = found->second;
    const std::optional<std::string> id = section.Text("aws_access_key_id");
    if (!id) return NothingThere{"the profile has no aws_access_key_id there"};
    const std::string where = section.Where("aws_access_key_id");
    const Secret* secret = section.Find("aws_secret_access_key");
    if (!secret) return Fail(ErrorCode::kUsage, "{}: aws_access_key_id without an aws_secret_access_key", where);
    const Secret* token = section.Find("aws_security_token");
    if (!token) token = section.Find("aws_session_token");
    Credentials keys{.access_key_id = *id,
                     .secret_access_key = *secret,
                     .session_token = token ? *token : Secret(),
                     .source = fmt::format("profile {} in {}", Printable(profile_), path_)};
    if (const std::string wrong = WhatIsWrongWith(keys); !wrong.empty()) {
      return Fail(ErrorCode::kUsage, "{}: {}", where, wrong);
    }
    return keys;
  }

 private:
  Result<ProfileSections> Read() const {
    TRY_ASSIGN(std::optional<std::string> text, ReadWholeFile(path_, kMaxSettingsFile));
    std::string content = std::move(text).value_or("");
    const bool config = kind_ == KeyFile::kConfig;
    Result<ProfileFiles> files =
        config ? ParseProfileFiles(content, path_, "", "") : ParseProfileFiles("", "", content, path_);
    Secret::Wipe(content);
    if (!files) return std::unexpected(std::move(files).error());
    return std::move(config ? files->config : files->credentials);
  }

  const KeyFile kind_;
  const std::string path_;
  const std::string profile_;
};

class ProcessKeys final : public CredentialSource {
 public:
  ProcessKeys(std::string profile, std::string command, Environment environment, CredentialDeps deps)
      : profile_(std::move(profile)),
        command_(std::move(command)),
        environment_(std::move(environment)),
        deps_(std::move(deps)) {}
  std::string name() const override { return fmt::format("credential_process of profile {}", Printable(profile_)); }

  // The command may have a secret among its arguments: messages name its first word alone.
  Result<Fetched> Fetch() override {
    const std::optional<std::vector<std::string>> words = SplitShellWords(command_);
    if (!words || words->empty()) {
      return Fail(ErrorCode::kUsage, "its command line is empty or has a quote that is not closed");
    }
    const std::string program = Printable(words->front());
    Result<ChildOutput> ran = RunProgram(*words, environment_, deps_.process_limit, deps_.stop);
    if (!ran) return std::unexpected(std::move(ran).error().In(program));
    if (ran->exit_code != 0) {
      Secret::Wipe(ran->output);
      return std::unexpected(
          MakeError(ErrorCode::kAccessDenied, "{} ended with exit code {}", program, ran->exit_code)
              .WithHint("run the command by hand to see what it says; that is not shown here as it may hold secrets"));
    }
    Result<Credentials> keys = ParseKeyDocument(ran->output, {.version = 1});
    if (!keys) {
      return std::unexpected(std::move(keys).error().In(fmt::format("what {} printed is of no use", program)));
    }
    keys->source = name();
    return *std::move(keys);
  }

 private:
  const std::string profile_;
  const std::string command_;
  const Environment environment_;
  const CredentialDeps deps_;
};

class AwsCommandKeys final : public CredentialSource {
 public:
  AwsCommandKeys(std::string profile, CommandLineUse use, Environment environment, CredentialDeps deps)
      : profile_(std::move(profile)), use_(use), environment_(std::move(environment)), deps_(std::move(deps)) {}
  std::string name() const override { return "aws configure export-credentials"; }

  Result<Fetched> Fetch() override {
    if (!FindProgram("aws", environment_)) {
      return Nothing(ErrorCode::kNotFound, "the aws command is not on PATH");
    }
    std::vector<std::string> command{"aws", "configure", "export-credentials", "--format", "process"};
    if (!profile_.empty()) command.insert(command.end(), {"--profile", profile_});
    Result<ChildOutput> ran = RunProgram(command, environment_, deps_.process_limit, deps_.stop);
    if (!ran) return Nothing(ran.error().code, ran.error().message);
    if (ran->exit_code != 0) {
      Secret::Wipe(ran->output);
      return Nothing(ErrorCode::kAccessDenied, fmt::format("it ended with exit code {}", ran->exit_code));
    }
    Result<Credentials> keys = ParseKeyDocument(ran->output, {.version = 1});
    if (!keys) return Nothing(keys.error().code, "what it printed is of no use: " + keys.error().message);
    keys->source = name();
    return *std::move(keys);
  }

 private:
  Result<Fetched> Nothing(ErrorCode code, std::string why) const {
    if (use_ == CommandLineUse::kLastResort && code != ErrorCode::kCancelled) return NothingThere{std::move(why)};
    return std::unexpected(
        MakeError(code, "{}", why)
            .WithHint(fmt::format("profile {} needs version 2 of the AWS command line, and you signed in: `aws login "
                                  "--profile {}`",
                                  Printable(profile_), Printable(profile_))));
  }

  const std::string profile_;
  const CommandLineUse use_;
  const Environment environment_;
  const CredentialDeps deps_;
};

class Nothing final : public CredentialSource {
 public:
  Nothing(std::string name, std::string why) : name_(std::move(name)), why_(std::move(why)) {}
  std::string name() const override { return name_; }
  Result<Fetched> Fetch() override { return NothingThere{why_}; }

 private:
  const std::string name_;
  const std::string why_;
};

}  // namespace

std::unique_ptr<CredentialSource> EnvironmentSource(Environment environment) {
  return std::make_unique<EnvironmentKeys>(std::move(environment));
}

std::unique_ptr<CredentialSource> KeyFileSource(KeyFile kind, std::string path, std::string profile) {
  return std::make_unique<KeyFileKeys>(kind, std::move(path), std::move(profile));
}

std::unique_ptr<CredentialSource> ProcessSource(std::string profile, std::string command, Environment environment,
                                                CredentialDeps deps) {
  return std::make_unique<ProcessKeys>(std::move(profile), std::move(command), std::move(environment), std::move(deps));
}

std::unique_ptr<CredentialSource> AwsCommandSource(std::string profile, CommandLineUse use, Environment environment,
                                                   CredentialDeps deps) {
  return std::make_unique<AwsCommandKeys>(std::move(profile), use, std::move(environment), std::move(deps));
}

std::unique_ptr<CredentialSource> NothingFrom(std::string name, std::string why) {
  return std::make_unique<Nothing>(std::move(name), std::move(why));
}

}  // namespace vams
