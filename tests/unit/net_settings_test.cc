#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "net/credentials/endpoints.h"
#include "net/credentials/settings.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

ProfileFiles Files(std::string_view config, std::string_view credentials = "") {
  auto files = ParseProfileFiles(config, "/c/config", credentials, "/c/credentials");
  EXPECT_TRUE(files) << files.error().message;
  return files.value_or(ProfileFiles{});
}

AwsSettings Resolved(Environment environment, std::string_view config, const AwsFlags& flags = {}) {
  auto settings = ResolveSettings(std::move(environment), Files(config), flags);
  EXPECT_TRUE(settings) << settings.error().message;
  return settings.value_or(AwsSettings{});
}

std::string Refusal(Environment environment, std::string_view config, const AwsFlags& flags = {}) {
  const auto settings = ResolveSettings(std::move(environment), Files(config), flags);
  EXPECT_FALSE(settings);
  if (settings) return "";
  EXPECT_EQ(settings.error().code, ErrorCode::kUsage);
  return settings.error().message + (settings.error().hint.empty() ? "" : " / " + settings.error().hint);
}

std::string Host(const AwsSettings& settings, Service service, std::string_view region = "us-east-1") {
  const auto endpoint = EndpointFor(settings, service, region);
  return endpoint ? FormatUrl(endpoint->url) : endpoint.error().message;
}

TEST(ProfileFilesTest, CredentialsLieOverTheConfigOfTheSameProfile) {
  const ProfileFiles files = Files(
      "[default]\nregion = a\n[profile prod]\nregion = b\naws_access_key_id = old\n[profile \"my team\"]\nregion = c\n"
      "[sso-session corp]\nsso_region = d\n[services s]\nsqs =\n  endpoint_url = e\n[preview]\nx = 1\n[prod]\nregion = "
      "z\n",
      "[prod]\naws_access_key_id = new\n[only here]\nx = 1\n");
  EXPECT_EQ(files.Profile("prod").Text("region"), "b");
  EXPECT_EQ(files.Profile("prod").Text("aws_access_key_id"), "new");
  EXPECT_EQ(files.Profile("prod").Where("aws_access_key_id"), "/c/credentials:2");
  EXPECT_EQ(files.Profile("prod").Where("region"), "/c/config:4");
  EXPECT_EQ(files.Profile("my team").Text("region"), "c");
  EXPECT_EQ(files.sso_sessions.at("corp").Text("sso_region"), "d");
  EXPECT_EQ(files.services.at("s").BlockText("sqs", "endpoint_url"), "e");
  EXPECT_EQ(files.ProfileNames(), (std::vector<std::string>{"default", "my team", "only here", "prod"}));
  EXPECT_EQ(files.other_sections, (std::vector<std::string>{"preview", "prod"}));
  EXPECT_FALSE(files.Profile("absent").Has("region"));
}

TEST(ProfileFilesTest, TheVariablesNameTheFilesAndMissingOnesAreEmpty) {
  TempDir dir;
  std::ofstream(dir.path() / "c") << "[profile p]\nregion = eu-west-1\n";
  const auto files = LoadProfileFiles(
      {{"HOME", dir.str()}, {"D", dir.str()}, {"AWS_CONFIG_FILE", "$D/c"}, {"AWS_SHARED_CREDENTIALS_FILE", "~/none"}});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->config_path, dir.str() + "/c");
  EXPECT_EQ(files->credentials_path, dir.str() + "/none");
  EXPECT_TRUE(files->HasProfile("p"));
}

TEST(ProfileFilesTest, AFileThatCannotBeReadIsAnError) {
  TempDir dir;
  const auto files = LoadProfileFiles({{"AWS_CONFIG_FILE", dir.str()}, {"HOME", dir.str()}});
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().message, "cannot read " + dir.str() + ": Is a directory");
}

TEST(Settings, RegionGoesFlagVariableProfile) {
  const std::string config = "[default]\nregion = eu-west-1\n[profile prod]\nregion = eu-west-2\n";
  EXPECT_EQ(Resolved({}, config).region, "eu-west-1");
  EXPECT_EQ(Resolved({{"AWS_PROFILE", "prod"}}, config).region, "eu-west-2");
  EXPECT_EQ(Resolved({{"AWS_DEFAULT_REGION", "ap-south-1"}}, config).region, "ap-south-1");
  EXPECT_EQ(Resolved({{"AWS_DEFAULT_REGION", "ap-south-1"}, {"AWS_REGION", "sa-east-1"}}, config).region, "sa-east-1");
  EXPECT_EQ(Resolved({{"AWS_REGION", "sa-east-1"}}, config, {.region = "us-west-2"}).region, "us-west-2");
  EXPECT_EQ(Resolved({{"AWS_REGION", ""}}, config).region, "eu-west-1");
  EXPECT_EQ(Resolved({}, "").region, std::nullopt);
}

TEST(Settings, TheProfileIsNamedByFlagThenVariables) {
  const std::string config = "[profile a]\n[profile b]\n[profile c]\n";
  EXPECT_EQ(Resolved({}, config).profile, "default");
  EXPECT_EQ(Resolved({{"AWS_DEFAULT_PROFILE", "a"}}, config).profile, "a");
  EXPECT_EQ(Resolved({{"AWS_DEFAULT_PROFILE", "a"}, {"AWS_PROFILE", "b"}}, config).profile, "b");
  EXPECT_FALSE(Resolved({{"AWS_PROFILE", "b"}}, config).profile_by_flag);
  const AwsSettings by_flag = Resolved({{"AWS_PROFILE", "b"}}, config, {.profile = "c"});
  EXPECT_EQ(by_flag.profile, "c");
  EXPECT_TRUE(by_flag.profile_by_flag);
}

TEST(Settings, AnUnknownProfileIsRefusedWithWhatMayBeMeant) {
  EXPECT_EQ(Refusal({{"AWS_PROFILE", "prd"}}, "[profile prod]\n"),
            "the profile prd (AWS_PROFILE) is in neither /c/config nor /c/credentials / did you mean prod?");
  EXPECT_EQ(Refusal({}, "[prod]\n", {.profile = "prod"}),
            "the profile prod (--profile) is in neither /c/config nor /c/credentials / /c/config has a section [prod], "
            "which must be called [profile prod]");
}

TEST(Settings, ReadsRetriesAuthoritiesMetadataAndAddressing) {
  const AwsSettings s = Resolved({{"HOME", "/h"}, {"AWS_MAX_ATTEMPTS", "7"}, {"https_proxy", "http://proxy:3128"}},
                                 "[default]\nretry_mode = adaptive\nmax_attempts = 5\nca_bundle = ~/ca.pem\n"
                                 "metadata_service_timeout = 3\ns3 =\n  addressing_style = path\n");
  EXPECT_EQ(s.retry.mode, RetryMode::kAdaptive);
  EXPECT_EQ(s.retry.max_attempts, 7);
  EXPECT_EQ(s.ca_bundle, "/h/ca.pem");
  EXPECT_EQ(s.metadata.timeout, std::chrono::seconds(3));
  EXPECT_EQ(s.metadata.attempts, 1);
  EXPECT_EQ(s.s3_addressing, S3Addressing::kPath);
  EXPECT_EQ(s.proxy.https, "http://proxy:3128");
  EXPECT_EQ(Resolved({{"AWS_CA_BUNDLE", "/x.pem"}}, "[default]\nca_bundle = /y.pem\n").ca_bundle, "/x.pem");
  EXPECT_EQ(Resolved({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"}}, "").metadata.endpoint,
            "http://127.0.0.1:1338");
  EXPECT_EQ(Resolved({{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}}, "").metadata.endpoint,
            "http://[fd00:ec2::254]");
  EXPECT_TRUE(Resolved({{"AWS_EC2_METADATA_DISABLED", "True"}}, "").metadata.disabled);
}

TEST(Settings, AValueThatCannotBeIsRefusedByWhoSaidIt) {
  EXPECT_EQ(Refusal({}, "[default]\nregion = us-east-1 # home\n"),
            "region (/c/config:2) is not the name of a region: us-east-1 # home / a region looks like us-east-1; a "
            "comment must stand on a line of its own");
  EXPECT_EQ(Refusal({{"AWS_REGION", "a/b"}}, "").substr(0, 10), "AWS_REGION");
  EXPECT_EQ(Refusal({{"AWS_RETRY_MODE", "often"}}, ""),
            "AWS_RETRY_MODE must be standard, adaptive or legacy, not often");
  EXPECT_EQ(Refusal({}, "[default]\nmax_attempts = 0\n"),
            "max_attempts (/c/config:2) must be a whole number from 1 to 100, not 0");
  EXPECT_EQ(Refusal({{"AWS_USE_FIPS_ENDPOINT", "yes"}}, ""), "AWS_USE_FIPS_ENDPOINT must be true or false, not yes");
  EXPECT_EQ(Refusal({}, "[default]\ns3 =\n  addressing_style = sideways\n"),
            "addressing_style below s3 (/c/config:2) must be auto, path or virtual, not sideways");
  EXPECT_EQ(Refusal({}, "", {.endpoint_url = "localhost:9000"}).substr(0, 16), "--endpoint-url: ");
  const std::string hidden = Refusal({}, "", {.endpoint_url = "http://user:hunter2@localhost"});
  EXPECT_EQ(hidden.find("hunter2"), std::string::npos);
}

TEST(Endpoints, AreThoseOfTheSdkForEveryServiceRegionAndFips) {
  const std::map<std::string, Service> services{{"dynamodb", Service::kDynamoDb},
                                                {"dynamodbstreams", Service::kDynamoDbStreams},
                                                {"s3", Service::kS3},
                                                {"sns", Service::kSns},
                                                {"sqs", Service::kSqs},
                                                {"ssm", Service::kSsm},
                                                {"sts", Service::kSts},
                                                {"lambda", Service::kLambda},
                                                {"cloudwatch", Service::kCloudWatch},
                                                {"sso", Service::kSso}};
  std::ifstream in(std::string(VAMS_FIXTURES) + "/endpoints/hosts.jsonl");
  int compared = 0;
  for (std::string line; std::getline(in, line); ++compared) {
    const auto c = nlohmann::json::parse(line);
    SCOPED_TRACE(line);
    AwsSettings settings;
    settings.use_fips = c["fips"];
    const std::string region = c["region"];
    const std::string service = c["service"];
    const auto endpoint =
        service == "sso-oidc" ? OidcEndpoint(settings, region) : EndpointFor(settings, services.at(service), region);
    ASSERT_TRUE(endpoint) << endpoint.error().message;
    EXPECT_EQ(endpoint->url.host, c["host"].get<std::string>());
    EXPECT_EQ(endpoint->url.scheme, Scheme::kHttps);
    EXPECT_FALSE(endpoint->configured);
  }
  EXPECT_EQ(compared, 241);
}

TEST(Endpoints, GoFlagServiceVariableVariableSectionProfile) {
  const std::string config =
      "[default]\nservices = local\nendpoint_url = http://profile\n[services local]\ns3 =\n  endpoint_url = "
      "http://section\n";
  const Environment all{{"AWS_ENDPOINT_URL_S3", "http://one"}, {"AWS_ENDPOINT_URL", "http://every"}};
  EXPECT_EQ(Host(Resolved({}, config), Service::kS3), "http://section/");
  EXPECT_EQ(Host(Resolved({}, config), Service::kSqs), "http://profile/");
  EXPECT_EQ(Host(Resolved({{"AWS_ENDPOINT_URL", "http://every"}}, config), Service::kS3), "http://every/");
  EXPECT_EQ(Host(Resolved(all, config), Service::kS3), "http://one/");
  EXPECT_EQ(Host(Resolved(all, config), Service::kSns), "http://every/");
  EXPECT_EQ(Host(Resolved(all, config, {.endpoint_url = "http://flag"}), Service::kS3), "http://flag/");
  EXPECT_EQ(Host(Resolved({{"AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "http://streams"}}, ""), Service::kDynamoDbStreams),
            "http://streams/");
  Environment ignored = all;
  ignored.Set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
  EXPECT_EQ(Host(Resolved(ignored, config), Service::kS3), "https://s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(Host(Resolved(ignored, config, {.endpoint_url = "http://flag"}), Service::kS3), "http://flag/");
}

TEST(Endpoints, SayWhoNamedThem) {
  const auto endpoint = EndpointFor(
      Resolved({}, "[default]\nservices = s\n[services s]\nsqs =\n  endpoint_url = http://q\n"), Service::kSqs, "x");
  ASSERT_TRUE(endpoint);
  EXPECT_TRUE(endpoint->configured);
  EXPECT_EQ(endpoint->from, "endpoint_url below sqs (/c/config:4)");
  EXPECT_EQ(Host(Resolved({}, "[default]\nservices = gone\n"), Service::kS3),
            "services = gone (/c/config:2): /c/config has no section [services gone]");
  EXPECT_EQ(Host(Resolved({{"AWS_ENDPOINT_URL", "ftp://x"}}, ""), Service::kS3).substr(0, 18), "AWS_ENDPOINT_URL: ");
}

TEST(Endpoints, OfTheCredentialsAreNotThoseOfTheFlag) {
  AwsSettings settings = Resolved({}, "", {.endpoint_url = "http://flag"});
  auto sts = StsForCredentials(settings);
  ASSERT_TRUE(sts);
  EXPECT_EQ(sts->endpoint.url.host, "sts.amazonaws.com");
  EXPECT_EQ(sts->region, "us-east-1");
  settings.region = "cn-north-1";
  sts = StsForCredentials(settings);
  ASSERT_TRUE(sts);
  EXPECT_EQ(sts->endpoint.url.host, "sts.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(sts->region, "cn-north-1");
}

}  // namespace
}  // namespace vams
