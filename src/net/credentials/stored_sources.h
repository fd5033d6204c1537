#pragma once

#include <memory>
#include <string>

#include "net/credentials/credential_source.h"
#include "net/environment.h"

// Credentials that lie ready: in the environment, in a file, or printed by a program.
namespace vams {

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SECURITY_TOKEN before AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION.
std::unique_ptr<CredentialSource> EnvironmentSource(Environment environment);

// aws_access_key_id and what belongs to it, of [NAME] in a credentials file or [profile NAME] in a config file. Each
// Fetch reads the file anew: other tools renew keys in it.
enum class KeyFile { kCredentials, kConfig };
std::unique_ptr<CredentialSource> KeyFileSource(KeyFile kind, std::string path, std::string profile);

// `command` as credential_process has it. Its output is JSON with "Version": 1.
std::unique_ptr<CredentialSource> ProcessSource(std::string profile, std::string command, Environment environment,
                                                CredentialDeps deps);

// `aws configure export-credentials`, which knows ways to sign in that this program does not. kAskedFor: the profile
// has a setting that needs it, so that its absence or failure is an error; otherwise it is one more thing to try.
// `profile` "" names none.
enum class CommandLineUse { kAskedFor, kLastResort };
std::unique_ptr<CredentialSource> AwsCommandSource(std::string profile, CommandLineUse use, Environment environment,
                                                   CredentialDeps deps);

// Gives nothing, for the reason given: a provider that is not configured, so that it shows in the list of those tried.
std::unique_ptr<CredentialSource> NothingFrom(std::string name, std::string why);

}  // namespace vams
