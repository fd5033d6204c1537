#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/durable_file.h"
#include "net/credentials/sso_source.h"
#include "unit/credentials_world.h"

namespace vams {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A profile "dev" that signs in with the session "corp", and a portal that takes the token "hunter2-access".
struct SsoWorld : CredentialsWorld {
  SsoWorld() {
    Config(
        "[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Migrate\n"
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.example/start\n"
        "[profile old]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n"
        "sso_account_id = 111122223333\nsso_role_name = Migrate\n");
    flags.profile = "dev";
    routes["GET /federation/credentials"] = [this](const Request& request) {
      if (request.Header("x-amz-sso_bearer_token") != access) {
        return Reply{.status = 401, .body = R"({"message":"Session token not found or invalid hunter2"})"};
      }
      const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(In(hours(1)).time_since_epoch());
      return Reply{
          .body = fmt::format(R"({{"roleCredentials":{{"accessKeyId":"SSO","secretAccessKey":"hunter2-secret-SSO",)"
                              R"("sessionToken":"hunter2-token-SSO","expiration":{}}}}})",
                              millis.count())};
    };
  }
  std::string access = "hunter2-access";
  void Token(const std::string& name, Duration lives, const std::string& more = "") {
    Write(".aws/sso/cache/" + name + ".json",
          fmt::format(R"({{"accessToken":"hunter2-access","expiresAt":"{}"{}}})", FormatIsoSeconds(In(lives)), more));
  }
  // SHA-1 of "corp" and of the start URL.
  static constexpr const char* kSession = "ee0bfd2552fbd840c02cc48b6e823320543c450f";
  static constexpr const char* kStartUrl = "f7c9b39d0b4c7a7d82c79307585f77e1c5e74378";
  static std::string Renewable() {
    return R"(,"clientId":"client","clientSecret":"hunter2-client","refreshToken":"hunter2-refresh",)"
           R"("registrationExpiresAt":"2025-08-01T00:00:00Z","region":"us-east-1")";
  }
  void Renews() {
    routes["POST /token"] = [this](const Request& request) {
      const auto body = nlohmann::json::parse(request.body);
      EXPECT_EQ(body["grantType"], "refresh_token");
      EXPECT_EQ(body["clientId"], "client");
      EXPECT_EQ(body["clientSecret"], "hunter2-client");
      EXPECT_EQ(body["refreshToken"], "hunter2-refresh");
      EXPECT_EQ(request.Header("authorization"), "");
      access = "hunter2-renewed";
      return Reply{.body = R"({"accessToken":"hunter2-renewed","expiresIn":28800,"refreshToken":"hunter2-next"})"};
    };
  }
};

TEST(Sso, GivesTheRoleOfTheSignIn) {
  SsoWorld world;
  world.Token(SsoWorld::kSession, hours(8));
  EXPECT_EQ(world.Got(), "SSO from sign-in of profile dev");
  ASSERT_EQ(world.seen.size(), 1u);
  EXPECT_EQ(world.seen[0].target, "/federation/credentials?role_name=Migrate&account_id=111122223333");
  EXPECT_EQ(world.seen[0].Header("authorization"), "");
}

TEST(Sso, TheOlderFormHasItsTokenByStartUrl) {
  SsoWorld world;
  world.flags.profile = "old";
  world.Token(SsoWorld::kStartUrl, minutes(5));
  EXPECT_EQ(world.Got(), "SSO from sign-in of profile old");
  world.Token(SsoWorld::kStartUrl, minutes(-5), SsoWorld::Renewable());
  EXPECT_THAT(world.Got(), HasSubstr("the sign-in ended at 2025-05-31T23:55:00Z"));
}

TEST(Sso, ASignInThatEndsIsRenewedAndKept) {
  for (const Duration lives : {Duration(minutes(10)), Duration(minutes(-10))}) {
    SsoWorld world;
    world.Renews();
    world.Token(SsoWorld::kSession, lives, SsoWorld::Renewable());
    EXPECT_EQ(world.Got(), "SSO from sign-in of profile dev");
    const auto kept = nlohmann::json::parse(
        **ReadWholeFile(world.Path(std::string(".aws/sso/cache/") + SsoWorld::kSession + ".json")));
    EXPECT_EQ(kept["accessToken"], "hunter2-renewed");
    EXPECT_EQ(kept["refreshToken"], "hunter2-next");
    EXPECT_EQ(kept["expiresAt"], "2025-06-01T08:00:00Z");
    EXPECT_EQ(kept["clientSecret"], "hunter2-client");
    EXPECT_EQ(kept["registrationExpiresAt"], "2025-08-01T00:00:00Z");
    EXPECT_EQ(kept["region"], "us-east-1");
  }
}

TEST(Sso, ARenewalThatFailsIsNoHarmWhileTheTokenLives) {
  SsoWorld world;
  world.routes["POST /token"] = [](const auto&) {
    return CredentialsWorld::Reply{.status = 400,
                                   .body = R"({"error":"invalid_grant","error_description":"hunter2-refresh"})"};
  };
  world.Token(SsoWorld::kSession, minutes(10), SsoWorld::Renewable());
  EXPECT_EQ(world.Got(), "SSO from sign-in of profile dev");
  world.Token(SsoWorld::kSession, minutes(-10), SsoWorld::Renewable());
  EXPECT_THAT(world.Got(),
              StartsWith("sign-in of profile dev: the sign-in ends at 2025-05-31T23:50:00Z and its renewal "
                         "was refused (nothing from: environment: passed over, as --profile names a "
                         "profile) / sign in: `aws sso login --profile dev`"));
}

TEST(Sso, WithoutASignInItSaysHowToSignIn) {
  SsoWorld world;
  EXPECT_THAT(world.Got(), HasSubstr("nobody has signed in: there is no "));
  EXPECT_THAT(world.Got(), HasSubstr("`aws sso login --profile dev`"));
  world.Write(std::string(".aws/sso/cache/") + SsoWorld::kSession + ".json", "hunter2");
  EXPECT_THAT(world.Got(), HasSubstr("holds no sign-in"));
  world.Token(SsoWorld::kSession, minutes(-1));
  EXPECT_THAT(world.Got(), HasSubstr("and cannot be renewed"));
  world.Token(SsoWorld::kSession, hours(8));
  world.access = "another";
  EXPECT_THAT(world.Got(), HasSubstr("the portal no longer takes the sign-in"));
  EXPECT_THAT(world.Got(), HasSubstr("`aws sso login --profile dev`"));
}

TEST(Sso, ARegistrationThatHasEndedCannotRenew) {
  SsoWorld world;
  world.clock.Advance(hours(24 * 90));
  world.Token(SsoWorld::kSession, minutes(-1), SsoWorld::Renewable());
  EXPECT_THAT(world.Got(), HasSubstr("its registration has ended"));
}

TEST(Sso, ARoleThatIsNotAssignedIsNamed) {
  SsoWorld world;
  world.Token(SsoWorld::kSession, hours(8));
  world.routes["GET /federation/credentials"] = [](const auto&) {
    return CredentialsWorld::Reply{.status = 403,
                                   .headers = {{"x-amzn-ErrorType", "ForbiddenException"}},
                                   .body = R"({"message":"No access hunter2-access"})"};
  };
  const std::string shown = world.Got();
  EXPECT_THAT(shown, HasSubstr("role Migrate in account 111122223333: "));
  EXPECT_THAT(shown, HasSubstr("must be a pair that is assigned to you"));
  EXPECT_THAT(shown, Not(HasSubstr("\"Effect\"")));
}

TEST(Sso, APortalThatSaysNonsenseIsABadReply) {
  SsoWorld world;
  world.Token(SsoWorld::kSession, hours(8));
  for (const char* body :
       {"", "hunter2", "[]", "{}", R"({"roleCredentials":"hunter2"})",
        R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"hunter2"}})",
        R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"hunter2","sessionToken":"hunter2",)"
        R"("expiration":99999999999999999}})"}) {
    world.routes["GET /federation/credentials"] = [=](const auto&) { return CredentialsWorld::Reply{.body = body}; };
    EXPECT_THAT(world.Got(), HasSubstr("the portal's reply is of no use: it"));
  }
}

TEST(Sso, NoNetworkIsSaid) {
  SsoWorld world;
  world.Token(SsoWorld::kSession, hours(8));
  world.environment.Set("AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:1");
  EXPECT_THAT(world.Got(), HasSubstr("127.0.0.1"));
}

struct BadSso {
  const char* config;
  const char* expected;
};
class SsoProfiles : public testing::TestWithParam<BadSso> {};

TEST_P(SsoProfiles, ThatCannotWorkAreRefused) {
  const auto files = ParseProfileFiles(GetParam().config, "/c", "", "/k");
  ASSERT_TRUE(files);
  const auto sso = ReadSsoProfile(*files, "p");
  ASSERT_FALSE(sso);
  EXPECT_EQ(sso.error().code, ErrorCode::kUsage);
  EXPECT_EQ(sso.error().message, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, SsoProfiles,
    testing::Values(
        BadSso{"[profile p]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n",
               "sso_session = s (/c:2): /c has no section [sso-session s]"},
        BadSso{"[profile p]\nsso_session = s\nsso_region = a\nsso_account_id = 1\n[sso-session s]\nsso_region = b\n",
               "sso_region differs between the profile (/c:3) and its sso-session (/c:6)"},
        BadSso{"[profile p]\nsso_account_id = 1\nsso_role_name = r\nsso_region = a\n",
               "profile p signs in with SSO and has no sso_start_url"},
        BadSso{"[profile p]\nsso_account_id = 1\nsso_region = a\nsso_start_url = u\n",
               "profile p signs in with SSO and has no sso_role_name"}));

}  // namespace
}  // namespace vams
