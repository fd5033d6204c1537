#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/credentials/chain.h"
#include "unit/credentials_world.h"

namespace vams {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::StartsWith;
using Reply = CredentialsWorld::Reply;

std::string Keys(const std::string& id) {
  return fmt::format("aws_access_key_id = {}\naws_secret_access_key = hunter2-secret-{}\n", id, id);
}

// Every way to credentials at once, each giving a key id of its own.
struct FullWorld : CredentialsWorld {
  FullWorld() {
    environment.Set("AWS_ACCESS_KEY_ID", "ENV");
    environment.Set("AWS_SECRET_ACCESS_KEY", "hunter2-secret-ENV");
    environment.Set("PATH", Path("bin") + ":/usr/bin:/bin");
    environment.Set("AWS_WEB_IDENTITY_TOKEN_FILE", Write("token", "hunter2-jwt"));
    environment.Set("AWS_ROLE_ARN", "arn:aws:iam::1:role/WEB");
    environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/container");
    environment.Set("AWS_EC2_METADATA_DISABLED", "false");
    CredentialsFile("[default]\n" + Keys("CREDFILE") + "[base]\n" + Keys("BASE"));
    Script("aws", "echo '" + KeyJson("CLI", std::nullopt, "SessionToken") + "'");
    Script("give", "echo '" + KeyJson("PROC", std::nullopt, "SessionToken") + "'");
    routes["POST /"] = [this](const Request& request) {
      const std::string arn = Field(request.body, "RoleArn");
      return Reply{.body = StsXml(Field(request.body, "Action"), arn.substr(arn.rfind('/') + 1), In(hours(1)))};
    };
    routes["GET /federation/credentials"] = [](const Request&) { return Reply{.status = 401}; };
    routes["GET /container"] = [this](const Request&) { return Reply{.body = KeyJson("TASK", In(hours(1)))}; };
    routes["PUT /latest/api/token"] = [](const Request&) { return Reply{.body = "hunter2"}; };
    routes["GET /latest/meta-data/iam/security-credentials/"] = [](const Request&) { return Reply{.body = "node"}; };
    routes["GET /latest/meta-data/iam/security-credentials/node"] = [this](const Request&) {
      return Reply{.body = KeyJson("NODE", In(hours(6)))};
    };
    Profile(kRole + kSso + "login_session = x\n" + kProcess + Keys("CONFFILE"));
  }
  const std::string kRole = "role_arn = arn:aws:iam::1:role/ROLE\nsource_profile = base\n";
  const std::string kSso = "sso_account_id = 1\nsso_role_name = r\nsso_region = us-east-1\nsso_start_url = u\n";
  const std::string kProcess = "credential_process = give\n";
  void Profile(const std::string& text) { Config("[default]\n" + text); }
  std::string KeyId() {
    const std::string got = Got();
    return got.substr(0, got.find(' '));
  }
};

TEST(CredentialChain, GoesInTheOrderOfTheCommandLine) {
  FullWorld world;
  EXPECT_EQ(world.KeyId(), "ENV");
  world.environment.Set("AWS_ACCESS_KEY_ID", "");
  EXPECT_EQ(world.KeyId(), "ROLE");
  world.Profile(world.kSso + "login_session = x\n" + world.kProcess + Keys("CONFFILE"));
  EXPECT_EQ(world.KeyId(), "WEB");
  world.environment.Set("AWS_WEB_IDENTITY_TOKEN_FILE", "");
  EXPECT_THAT(world.Got(), StartsWith("sign-in of profile default: nobody has signed in"));
  world.Profile("login_session = x\n" + world.kProcess + Keys("CONFFILE"));
  EXPECT_EQ(world.KeyId(), "CREDFILE");
  world.CredentialsFile("");
  EXPECT_EQ(world.KeyId(), "CLI");
  world.Profile(world.kProcess + Keys("CONFFILE"));
  EXPECT_EQ(world.KeyId(), "PROC");
  world.Profile(Keys("CONFFILE"));
  EXPECT_EQ(world.KeyId(), "CONFFILE");
  world.Profile("");
  EXPECT_EQ(world.KeyId(), "TASK");
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "");
  EXPECT_EQ(world.KeyId(), "NODE");
  world.environment.Set("AWS_EC2_METADATA_DISABLED", "true");
  EXPECT_EQ(world.KeyId(), "CLI");
}

TEST(CredentialChain, AProfileByFlagTakesTheVariablesOutAndOneByVariableDoesNot) {
  FullWorld world;
  world.environment.Set("AWS_PROFILE", "base");
  EXPECT_EQ(world.KeyId(), "ENV");
  world.environment.Set("AWS_PROFILE", "");
  world.flags.profile = "base";
  EXPECT_EQ(world.KeyId(), "BASE");
}

TEST(CredentialChain, WithNothingItNamesEveryProviderAndItsReason) {
  CredentialsWorld world;
  const std::string config = world.Path(".aws/config");
  const std::string credentials = world.Path(".aws/credentials");
  EXPECT_EQ(
      world.Got(),
      "no AWS credentials; asked in this order: environment: AWS_ACCESS_KEY_ID is not set; profile default: it is in "
      "neither " +
          config + " nor " + credentials +
          "; container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set; instance metadata: "
          "AWS_EC2_METADATA_DISABLED is true; aws configure export-credentials: the aws command is not on PATH / name "
          "a "
          "profile with --profile or AWS_PROFILE, sign in (`aws sso login`), set AWS_ACCESS_KEY_ID and "
          "AWS_SECRET_ACCESS_KEY, or run on a machine with a role");
  world.Config("[profile a]\nregion = eu-west-1\n[profile b]\n");
  EXPECT_THAT(world.Got(), HasSubstr("nor " + credentials + "; they have a, b; container"));
  world.flags.profile = "a";
  EXPECT_THAT(world.Got(), HasSubstr("environment: passed over, as --profile names a profile; profile a: no role_arn, "
                                     "web_identity_token_file, sso_account_id, aws_access_key_id, login_session or "
                                     "credential_process in " +
                                     config + " or " + credentials));
}

TEST(CredentialChain, AProviderThatFailsIsNotReplacedByAnother) {
  FullWorld world;
  world.environment.Set("AWS_ACCESS_KEY_ID", "");
  world.environment.Set("AWS_WEB_IDENTITY_TOKEN_FILE", "");
  world.CredentialsFile("");
  world.Profile(world.kProcess + Keys("CONFFILE"));
  world.Script("give", "exit 1");
  EXPECT_THAT(world.Got(),
              StartsWith("credential_process of profile default: give ended with exit code 1 (nothing from: "
                         "environment: AWS_ACCESS_KEY_ID is not set)"));
  world.Profile("");
  world.routes["GET /container"] = [](const auto&) { return Reply{.status = 404}; };
  EXPECT_THAT(world.Got(), StartsWith("container: HTTP 404"));
}

TEST(CredentialChain, AProviderThatFailedIsAskedAgain) {
  FullWorld world;
  world.environment.Set("AWS_ACCESS_KEY_ID", "");
  world.environment.Set("AWS_WEB_IDENTITY_TOKEN_FILE", "");
  world.CredentialsFile("");
  world.Profile(world.kProcess);
  world.Script("give", "exit 1");
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  EXPECT_FALSE((*chain)->Get());
  world.Script("give", "echo '" + world.KeyJson("LATER", std::nullopt, "SessionToken") + "'");
  EXPECT_THAT(CredentialsWorld::Described((*chain)->Get()), StartsWith("LATER from"));
}

TEST(CredentialChain, KeysThatWereRenewedInTheFileAreTakenUpWhenTheOldOnesAreRefused) {
  CredentialsWorld world;
  world.CredentialsFile("[default]\n" + Keys("OLD"));
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  const auto old = (*chain)->Get();
  ASSERT_TRUE(old);
  world.CredentialsFile("[default]\n" + Keys("NEW"));
  EXPECT_EQ((*chain)->Get()->access_key_id, "OLD");
  (*chain)->Refused(*old);
  EXPECT_EQ((*chain)->Get()->access_key_id, "NEW");
}

TEST(CredentialChain, MakingItAsksNobody) {
  FullWorld world;
  world.environment.Set("AWS_ACCESS_KEY_ID", "");
  world.Script("aws", "touch " + world.Path("ran"));
  ASSERT_TRUE(world.Chain());
  EXPECT_TRUE(world.seen.empty());
  EXPECT_FALSE(std::filesystem::exists(world.Path("ran")));
}

TEST(CredentialChain, CredentialsThatLiveTwoSecondsLastAWholeRun) {
  CredentialsWorld world;
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", world.server.url() + "/x");
  std::atomic<int> given{0};
  world.routes["GET /x"] = [&](const auto&) {
    return Reply{.body = world.KeyJson(fmt::format("T{}", ++given), world.In(std::chrono::seconds(2)))};
  };
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          world.clock.Advance(std::chrono::milliseconds(50));
          const UtcTime before = world.clock.Now();
          const auto keys = (*chain)->Get();
          if (!keys || *keys->expiry <= before ||
              keys->secret_access_key.Reveal() != "hunter2-secret-" + keys->access_key_id) {
            ++failed;
          }
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_GE(given, 5);
  EXPECT_LE(given, 40);
}

TEST(CredentialChain, AFailureAheadOfTimeIsToldWithoutSecrets) {
  CredentialsWorld world;
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", world.server.url() + "/x");
  world.routes["GET /x"] = [&](const auto&) { return Reply{.body = world.KeyJson("T", world.In(hours(1)))}; };
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  ASSERT_TRUE((*chain)->Get());
  world.clock.Advance(minutes(47));
  world.routes["GET /x"] = [](const auto&) { return Reply{.status = 500, .body = "hunter2"}; };
  EXPECT_EQ((*chain)->Get()->access_key_id, "T");
  ASSERT_EQ(world.tolerated.size(), 1u);
  EXPECT_THAT(world.tolerated[0], StartsWith("HTTP 500"));
}

}  // namespace
}  // namespace vams
