#include "net/credentials/settings.h"

#include <charconv>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/http.h"
#include "net/region.h"

namespace vams {
namespace {

// A value and who said it.
struct Said {
  std::string value;
  std::string by;
};

class Reader {
 public:
  Reader(const Environment& environment, const ProfileSection& profile)
      : environment_(environment), profile_(profile) {}

  std::optional<Said> First(std::initializer_list<const char*> variables, const char* key) const {
    for (const char* variable : variables) {
      if (const std::string* value = environment_.Find(variable)) return Said{*value, variable};
    }
    if (key == nullptr) return std::nullopt;
    const std::optional<std::string> value = profile_.Text(key);
    if (!value) return std::nullopt;
    return Said{*value, fmt::format("{} ({})", key, profile_.Where(key))};
  }

  Status Flag(const char* variable, const char* key, bool& flag) const {
    const std::optional<Said> said = First({variable}, key);
    if (!said) return {};
    const std::string word = AsciiLower(said->value);
    if (word != "true" && word != "false") {
      return Fail(ErrorCode::kUsage, "{} must be true or false, not {}", said->by, Printable(said->value));
    }
    flag = word == "true";
    return {};
  }

  Status Number(const char* variable, const char* key, int least, int most, int& number) const {
    const std::optional<Said> said = First({variable}, key);
    if (!said) return {};
    const char* end = said->value.data() + said->value.size();
    const auto [at, error] = std::from_chars(said->value.data(), end, number);
    if (error != std::errc() || at != end || number < least || number > most) {
      return Fail(ErrorCode::kUsage, "{} must be a whole number from {} to {}, not {}", said->by, least, most,
                  Printable(said->value));
    }
    return {};
  }

 private:
  const Environment& environment_;
  const ProfileSection& profile_;
};

Error UnknownProfile(const ProfileFiles& files, std::string_view name, std::string_view by) {
  Error error = MakeError(ErrorCode::kUsage, "the profile {} ({}) is in neither {} nor {}", Printable(name), by,
                          files.config_path, files.credentials_path);
  for (const std::string& section : files.other_sections) {
    if (section == name) {
      return std::move(error).WithHint(fmt::format("{} has a section [{}], which must be called [profile {}]",
                                                   files.config_path, Printable(name), Printable(name)));
    }
  }
  const std::vector<std::string> names = files.ProfileNames();
  if (const auto near = Nearest(name, {names.begin(), names.end()})) {
    return std::move(error).WithHint(fmt::format("did you mean {}?", Printable(*near)));
  }
  return std::move(error).WithHint("`aws configure list-profiles` lists the profiles there are");
}

Status ReadRegion(const Reader& reader, const AwsFlags& flags, AwsSettings& settings) {
  std::optional<Said> said = reader.First({"AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
  if (flags.region) said = Said{*flags.region, flags.region_by};
  if (!said) return {};
  if (!IsRegionName(said->value)) {
    return std::unexpected(
        MakeError(ErrorCode::kUsage, "{} is not the name of a region: {}", said->by, Printable(said->value))
            .WithHint("a region looks like us-east-1; a comment must stand on a line of its own"));
  }
  settings.region = std::move(said->value);
  return {};
}

Status ReadRetry(const Reader& reader, AwsSettings& settings) {
  if (const std::optional<Said> said = reader.First({"AWS_RETRY_MODE"}, "retry_mode")) {
    const std::string mode = AsciiLower(said->value);
    // "legacy" is what the SDKs did before; standard is its successor with the same promise.
    if (mode != "standard" && mode != "adaptive" && mode != "legacy") {
      return Fail(ErrorCode::kUsage, "{} must be standard, adaptive or legacy, not {}", said->by,
                  Printable(said->value));
    }
    settings.retry.mode = mode == "adaptive" ? RetryMode::kAdaptive : RetryMode::kStandard;
  }
  return reader.Number("AWS_MAX_ATTEMPTS", "max_attempts", 1, 100, settings.retry.max_attempts);
}

Status ReadMetadata(const Reader& reader, AwsSettings& settings) {
  MetadataSettings& metadata = settings.metadata;
  TRY(reader.Flag("AWS_EC2_METADATA_DISABLED", nullptr, metadata.disabled));
  int seconds = 1;
  TRY(reader.Number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1, 600, seconds));
  metadata.timeout = std::chrono::seconds(seconds);
  TRY(reader.Number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", 1, 100, metadata.attempts));
  bool ipv6 = false;
  TRY(reader.Flag("AWS_IMDS_USE_IPV6", "imds_use_ipv6", ipv6));
  if (const auto mode =
          reader.First({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"}, "ec2_metadata_service_endpoint_mode")) {
    const std::string word = AsciiLower(mode->value);
    if (word != "ipv4" && word != "ipv6") {
      return Fail(ErrorCode::kUsage, "{} must be ipv4 or ipv6, not {}", mode->by, Printable(mode->value));
    }
    ipv6 = word == "ipv6";
  }
  if (ipv6) metadata.endpoint = "http://[fd00:ec2::254]";
  if (const auto said = reader.First({"AWS_EC2_METADATA_SERVICE_ENDPOINT"}, "ec2_metadata_service_endpoint")) {
    const Result<Url> url = ParseUrl(said->value);
    if (!url) return std::unexpected(Error(url.error()).In(said->by));
    metadata.endpoint = said->value;
    while (metadata.endpoint.ends_with('/')) metadata.endpoint.pop_back();
  }
  return {};
}

Status ReadS3(const ProfileSection& profile, AwsSettings& settings) {
  const std::optional<std::string> style = profile.BlockText("s3", "addressing_style");
  if (!style || *style == "auto") return {};
  if (*style != "path" && *style != "virtual") {
    return Fail(ErrorCode::kUsage, "addressing_style below s3 ({}) must be auto, path or virtual, not {}",
                profile.Where("s3"), Printable(*style));
  }
  settings.s3_addressing = *style == "path" ? S3Addressing::kPath : S3Addressing::kVirtualHost;
  return {};
}

}  // namespace

Result<AwsSettings> ResolveSettings(Environment environment, ProfileFiles files, const AwsFlags& flags) {
  AwsSettings settings;
  const Reader named(environment, {});
  std::optional<Said> profile = named.First({"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}, nullptr);
  if (flags.profile) {
    profile = Said{*flags.profile, flags.profile_by};
    settings.profile_by_flag = true;
  }
  if (profile) {
    // Without a name the profile "default" need not exist; with one it must, whatever gives the keys in the end.
    if (!files.HasProfile(profile->value)) return std::unexpected(UnknownProfile(files, profile->value, profile->by));
    settings.profile = std::move(profile->value);
  }
  const ProfileSection section = files.Profile(settings.profile);
  const Reader reader(environment, section);
  TRY(ReadRegion(reader, flags, settings));
  if (flags.endpoint_url) {
    const Result<Url> url = ParseUrl(*flags.endpoint_url);
    if (!url) return std::unexpected(Error(url.error()).In(flags.endpoint_url_by));
    settings.endpoint_url = flags.endpoint_url;
    settings.endpoint_url_by = flags.endpoint_url_by;
  }
  TRY(reader.Flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls",
                  settings.ignore_configured_endpoints));
  TRY(reader.Flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", settings.use_fips));
  if (const auto bundle = reader.First({"AWS_CA_BUNDLE"}, "ca_bundle")) {
    settings.ca_bundle = ExpandPath(bundle->value, environment);
  }
  TRY(ReadRetry(reader, settings));
  TRY(ReadMetadata(reader, settings));
  TRY(ReadS3(section, settings));
  settings.proxy = ProxyFromEnvironment([&](const std::string& name) -> std::optional<std::string> {
    const std::string* value = environment.Find(name);
    return value ? std::optional(*value) : std::nullopt;
  });
  settings.environment = std::move(environment);
  settings.files = std::move(files);
  return settings;
}

}  // namespace vams
