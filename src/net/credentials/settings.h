#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/credentials/profile_files.h"
#include "net/environment.h"
#include "net/proxy.h"
#include "net/retry.h"
#include "net/s3_addressing.h"

namespace vams {

// What the command line says about AWS; nullopt: nothing.
struct AwsFlags {
  std::optional<std::string> profile{};
  std::optional<std::string> region{};
  std::optional<std::string> endpoint_url{};
  // What errors call them: the flag, the variable or the key of the configuration file with its line.
  std::string profile_by = "--profile";
  std::string region_by = "--region";
  std::string endpoint_url_by = "--endpoint-url";
};

// The instance metadata service (IMDS).
struct MetadataSettings {
  bool disabled = false;
  std::string endpoint = "http://169.254.169.254";
  Duration timeout = std::chrono::seconds(1);  // of one try
  int attempts = 1;
};

// Everything about AWS that one invocation goes by: flag before environment before profile (docs/reference/aws-facts.md
// section 1). Made once, then only read.
struct AwsSettings {
  Environment environment{};
  ProfileFiles files{};
  std::string profile = "default";
  // The profile was named by flag, which takes AWS_ACCESS_KEY_ID and AWS_WEB_IDENTITY_* out of the chain. AWS_PROFILE
  // does not.
  bool profile_by_flag = false;
  std::optional<std::string> region{};        // nullopt: nobody says; ResolveRegion asks the instance metadata
  std::optional<std::string> endpoint_url{};  // by flag, for every service
  std::string endpoint_url_by = "--endpoint-url";
  bool ignore_configured_endpoints = false;  // all but the flag
  bool use_fips = false;
  std::optional<std::string> ca_bundle{};  // PEM file
  RetryOptions retry{};
  ProxySettings proxy{};  // never for metadata endpoints
  S3Addressing s3_addressing = S3Addressing::kAuto;
  MetadataSettings metadata{};
};

// kUsage, naming the flag, variable or file:line: a profile that is in neither file, a value that cannot be.
Result<AwsSettings> ResolveSettings(Environment environment, ProfileFiles files, const AwsFlags& flags);

}  // namespace vams
