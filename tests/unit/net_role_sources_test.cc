#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/credentials/role_sources.h"
#include "unit/credentials_world.h"

namespace vams {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kRole = "arn:aws:iam::111122223333:role/migrate";

// Who signed, from "AWS4-HMAC-SHA256 Credential=AKID/20250601/eu-west-1/sts/aws4_request, ...".
std::string Signer(const LoopbackServer::Request& request) {
  const std::string header = request.Header("authorization");
  const std::size_t from = header.find("Credential=");
  if (from == std::string::npos) return "nobody";
  return header.substr(from + 11, header.find('/', from) - from - 11);
}

// A world whose STS gives "<signer>+<last word of the role>".
struct RoleWorld : CredentialsWorld {
  Duration lifetime = minutes(60);

  RoleWorld() {
    routes["POST /"] = [this](const Request& request) {
      const std::string operation = Field(request.body, "Action");
      const std::string arn = Field(request.body, "RoleArn");
      const std::string who = operation == "AssumeRole" ? Signer(request) : "web";
      return Reply{.body = StsXml(operation, who + "+" + arn.substr(arn.rfind('/') + 1), In(lifetime))};
    };
    CredentialsFile("[base]\naws_access_key_id = BASE\naws_secret_access_key = hunter2-secret-BASE\n");
  }
  void Answer(int status, const std::string& body) {
    routes["POST /"] = [=](const Request&) { return Reply{.status = status, .body = body}; };
  }
  std::string RoleProfile(const std::string& name, const std::string& more) const {
    return fmt::format("[profile {}]\nrole_arn = arn:aws:iam::111122223333:role/{}\n{}", name, name, more);
  }
};

TEST(AssumeRole, SignsWithTheSourceProfileAndSendsWhatIsSet) {
  RoleWorld world;
  world.Config(
      "[profile migrate]\nrole_arn = arn:aws:iam::111122223333:role/migrate\nsource_profile = base\nexternal_id = e/x\n"
      "role_session_name = me@here\nduration_seconds = 900\n");
  world.flags.profile = "migrate";
  EXPECT_EQ(world.Got(), std::string("BASE+migrate from role ") + kRole + " (profile migrate)");
  ASSERT_EQ(world.seen.size(), 1u);
  const auto& request = world.seen[0];
  EXPECT_THAT(request.Header("authorization"), HasSubstr("/eu-west-1/sts/aws4_request"));
  EXPECT_EQ(request.Header("content-type"), "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(request.body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fmigrate&"
            "RoleSessionName=me%40here&ExternalId=e%2Fx&DurationSeconds=900");
}

TEST(AssumeRole, ChainsRolesThroughProfiles) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = b\n") + world.RoleProfile("b", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  EXPECT_THAT(world.Got(), StartsWith("BASE+b+a from role"));
  EXPECT_EQ(RoleWorld::Field(world.seen.at(1).body, "RoleSessionName"), "vams-migrate-1748736000");
  EXPECT_EQ(world.seen.at(1).Header("x-amz-security-token"), "hunter2-token-BASE+b");
}

TEST(AssumeRole, AProfileMayBeItsOwnSource) {
  RoleWorld world;
  world.Config(world.RoleProfile("base", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "base");
  EXPECT_THAT(world.Got(), StartsWith("BASE+base from role"));
}

TEST(AssumeRole, TakesKeysFromTheEnvironmentWhenAsked) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "credential_source = Environment\n"));
  world.flags.profile = "a";
  EXPECT_THAT(world.Got(), HasSubstr("environment: AWS_ACCESS_KEY_ID is not set"));
  world.environment.Set("AWS_ACCESS_KEY_ID", "ENV");
  world.environment.Set("AWS_SECRET_ACCESS_KEY", "hunter2-secret-ENV");
  EXPECT_THAT(world.Got(), StartsWith("ENV+a from role"));
}

TEST(AssumeRole, TakesKeysFromMetadataWhenAsked) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "credential_source = EcsContainer\n") +
               world.RoleProfile("b", "credential_source = Ec2InstanceMetadata\n"));
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", world.server.url() + "/container");
  world.environment.Set("AWS_EC2_METADATA_DISABLED", "false");
  world.routes["GET /container"] = [&](const auto&) {
    return CredentialsWorld::Reply{.body = world.KeyJson("TASK", world.In(minutes(60)))};
  };
  world.routes["PUT /latest/api/token"] = [](const auto&) { return CredentialsWorld::Reply{.body = "hunter2"}; };
  world.routes["GET /latest/meta-data/iam/security-credentials/"] = [](const auto&) {
    return CredentialsWorld::Reply{.body = "node"};
  };
  world.routes["GET /latest/meta-data/iam/security-credentials/node"] = [&](const auto&) {
    return CredentialsWorld::Reply{.body = world.KeyJson("NODE", world.In(minutes(60)))};
  };
  world.flags.profile = "a";
  EXPECT_THAT(world.Got(), StartsWith("TASK+a from role"));
  world.flags.profile = "b";
  EXPECT_THAT(world.Got(), StartsWith("NODE+b from role"));
}

TEST(AssumeRole, RenewsTheSourceAndTheRole) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = b\n") + world.RoleProfile("b", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  ASSERT_TRUE((*chain)->Get());
  ASSERT_TRUE((*chain)->Get());
  EXPECT_EQ(world.seen.size(), 2u);
  world.clock.Advance(minutes(58));
  const auto keys = (*chain)->Get();
  ASSERT_TRUE(keys);
  EXPECT_EQ(*keys->expiry, world.In(world.lifetime));
  EXPECT_EQ(world.seen.size(), 4u);
}

TEST(AssumeRole, TriesAgainWhenStsIsBusyAndPutsItsClockRight) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  int tries = 0;
  const auto good = world.routes["POST /"];
  world.routes["POST /"] = [&](const auto& request) {
    ++tries;
    if (tries == 1) return CredentialsWorld::Reply{.status = 503, .body = ""};
    if (tries == 2) {
      return CredentialsWorld::Reply{.status = 403,
                                     .headers = {{"Date", "Sun, 01 Jun 2025 01:00:00 GMT"}},
                                     .body = CredentialsWorld::StsError("SignatureDoesNotMatch", "Signature expired")};
    }
    EXPECT_THAT(request.Header("x-amz-date"), StartsWith("20250601T01"));
    return good(request);
  };
  EXPECT_THAT(world.Got(), StartsWith("BASE+a from role"));
  EXPECT_EQ(tries, 3);
}

TEST(AssumeRole, DenialNamesTheRoleAndTheStatementThatAllowsIt) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  world.Answer(403, RoleWorld::StsError("AccessDenied",
                                        "User: arn:aws:iam::1:user/u is not authorized to perform: sts:AssumeRole on "
                                        "resource: arn:aws:iam::111122223333:role/a"));
  const std::string shown = world.Got();
  EXPECT_THAT(shown, StartsWith("role arn:aws:iam::111122223333:role/a (profile a): AccessDenied: "));
  EXPECT_THAT(shown, HasSubstr(R"("Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/a")"));
  EXPECT_THAT(shown, HasSubstr("(nothing from: environment: AWS_ACCESS_KEY_ID is not set)"));
}

TEST(AssumeRole, RepliesOfNoUseAreRefused) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  const std::string good = world.StsXml("AssumeRole", "X", world.In(minutes(60)));
  for (std::size_t n = 0; n < good.size() - 2; n += 7) {
    world.Answer(200, good.substr(0, n));
    EXPECT_THAT(world.Got(), HasSubstr("reply of STS"));
  }
  std::string timeless = good;
  timeless.replace(timeless.find("2025"), 4, "soon");
  world.Answer(200, timeless);
  EXPECT_THAT(world.Got(), HasSubstr("cannot be used: their Expiration is no time"));
}

TEST(AssumeRole, NoNetworkIsSaidAndMayBeTriedAgain) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  world.environment.Set("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  const auto keys = (*chain)->Get();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(keys.error().retryable);
  EXPECT_THAT(CredentialsWorld::Shown(keys.error()), HasSubstr("127.0.0.1"));
}

TEST(AssumeRole, AServerThatIsNotTrustedIsRefused) {
  RoleWorld world;
  world.Config(world.RoleProfile("a", "source_profile = base\n"));
  world.environment.Set("AWS_PROFILE", "a");
  LoopbackServer tls([](const auto&) { return CredentialsWorld::Reply{}; }, TlsIdentity::Make());
  world.environment.Set("AWS_ENDPOINT_URL_STS", tls.url());
  EXPECT_THAT(world.Got(), HasSubstr("AWS_CA_BUNDLE"));
  EXPECT_EQ(tls.requests(), 0);
}

struct BadProfile {
  const char* config;
  const char* expected;  // a part; %F is the config file
};
class RoleProfiles : public testing::TestWithParam<BadProfile> {};

TEST_P(RoleProfiles, ThatCannotWorkAreRefusedBeforeAnythingIsSent) {
  RoleWorld world;
  world.Config(GetParam().config);
  world.flags.profile = "a";
  std::string expected = GetParam().expected;
  for (std::size_t at = 0; (at = expected.find("%F")) != std::string::npos;) {
    expected.replace(at, 2, world.Path(".aws/config"));
  }
  auto chain = world.Chain();
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().code, ErrorCode::kUsage);
  EXPECT_THAT(CredentialsWorld::Shown(chain.error()), HasSubstr(expected));
  EXPECT_TRUE(world.seen.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, RoleProfiles,
    testing::Values(
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = c\n"
                   "[profile c]\nrole_arn = r\nsource_profile = a\n",
                   "%F:9: the roles' source_profile settings form a loop: a -> b -> c -> a"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = a\n",
                   "%F:3: the roles' source_profile settings form a loop: a -> a"},
        BadProfile{"[profile a]\nrole_arn = r\n", "profile a has a role_arn (%F:2) and neither source_profile nor"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = base\ncredential_source = Environment\n",
                   "profile a has both source_profile (%F:3) and credential_source (%F:4)"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = gone\n", "%F:3: source_profile gone is in neither"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = x\n",
                   "%F:3: source_profile b has no credentials of any kind"},
        BadProfile{"[profile a]\nrole_arn = r\ncredential_source = Moon\n",
                   "%F:3: credential_source must be Environment, EcsContainer or Ec2InstanceMetadata, not Moon"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = base\nduration_seconds = 1h\n",
                   "%F:4: duration_seconds must be a whole number from 900 to 43200, not 1h"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = base\nrole_session_name = a b\n",
                   "%F:4: role_session_name must be 2 to 64"},
        BadProfile{"[profile a]\nrole_arn = r\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n",
                   "profile a needs the code of an MFA device (mfa_serial, %F:4), which cannot be asked for in a run / "
                   "`eval \"$(aws configure export-credentials --profile a --format env)\"`"},
        BadProfile{"[profile a]\nweb_identity_token_file = t\n",
                   "profile a names a web identity token file and nothing names its role: set role_arn"}));

TEST(WebIdentity, IsUnsignedAndReadsItsTokenEachTime) {
  RoleWorld world;
  const std::string token = world.Write("token", "hunter2-jwt-1\n");
  world.environment.Set("AWS_WEB_IDENTITY_TOKEN_FILE", token);
  world.environment.Set("AWS_ROLE_ARN", kRole);
  world.environment.Set("AWS_ROLE_SESSION_NAME", "pod");
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  EXPECT_EQ(CredentialsWorld::Described((*chain)->Get()),
            std::string("web+migrate from role ") + kRole + " (AWS_WEB_IDENTITY_TOKEN_FILE)");
  world.Write("token", "hunter2-jwt-2");
  world.clock.Advance(minutes(59));
  ASSERT_TRUE((*chain)->Get());
  ASSERT_EQ(world.seen.size(), 2u);
  EXPECT_EQ(Signer(world.seen[0]), "nobody");
  EXPECT_EQ(RoleWorld::Field(world.seen[0].body, "Action"), "AssumeRoleWithWebIdentity");
  EXPECT_EQ(RoleWorld::Field(world.seen[0].body, "RoleSessionName"), "pod");
  EXPECT_EQ(RoleWorld::Field(world.seen[0].body, "WebIdentityToken"), "hunter2-jwt-1");
  EXPECT_EQ(RoleWorld::Field(world.seen[1].body, "WebIdentityToken"), "hunter2-jwt-2");
}

TEST(WebIdentity, OfAProfileAndAsASource) {
  RoleWorld world;
  world.Write("token", "hunter2-jwt");
  world.Config(world.RoleProfile("pod", "web_identity_token_file = ~/token\n") +
               world.RoleProfile("a", "source_profile = pod\n"));
  world.flags.profile = "pod";
  EXPECT_THAT(world.Got(), StartsWith("web+pod from role"));
  world.flags.profile = "a";
  EXPECT_THAT(world.Got(), StartsWith("web+pod+a from role"));
}

TEST(WebIdentity, FailuresShowNoToken) {
  RoleWorld world;
  world.environment.Set("AWS_WEB_IDENTITY_TOKEN_FILE", world.Path("token"));
  world.environment.Set("AWS_ROLE_ARN", kRole);
  EXPECT_THAT(world.Got(), HasSubstr("the web identity token file " + world.Path("token") + " is not there"));
  world.Write("token", "\n");
  EXPECT_THAT(world.Got(), HasSubstr("is empty"));
  world.Write("token", "hunter2-jwt");
  world.Answer(400, RoleWorld::StsError("InvalidIdentityToken", "No OpenIDConnect provider found, token hunter2-jwt"));
  EXPECT_THAT(world.Got(), HasSubstr("InvalidIdentityToken: No OpenIDConnect provider found, token ***"));
  int tries = 0;
  world.routes["POST /"] = [&](const auto&) {
    ++tries;
    return CredentialsWorld::Reply{.status = 400, .body = RoleWorld::StsError("IDPCommunicationError", "later")};
  };
  EXPECT_THAT(world.Got(), HasSubstr("IDPCommunicationError"));
  EXPECT_EQ(tries, 3);
}

}  // namespace
}  // namespace vams
