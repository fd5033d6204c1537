#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/credentials/metadata_sources.h"
#include "unit/credentials_world.h"

namespace vams {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;
using Reply = CredentialsWorld::Reply;

// Sends to the world's server whatever the request names, and keeps what it named.
class Diverted final : public Transport {
 public:
  Diverted(std::shared_ptr<Transport> wire, std::uint16_t port) : wire_(std::move(wire)), port_(port) {}
  Sent Send(HttpRequest& request) override {
    EXPECT_FALSE(request.through_proxy);
    EXPECT_FALSE(request.sign);
    named = FormatUrl(request.url);
    timeouts = request.timeouts;
    HttpRequest diverted = request;
    diverted.url.scheme = Scheme::kHttp;
    diverted.url.host = "127.0.0.1";
    diverted.url.port = port_;
    return wire_->Send(diverted);
  }
  std::string named{};
  Timeouts timeouts{};

 private:
  const std::shared_ptr<Transport> wire_;
  const std::uint16_t port_;
};

struct MetadataWorld : CredentialsWorld {
  std::shared_ptr<Diverted> diverted = std::make_shared<Diverted>(wire, server.port());
  Duration lifetime = hours(6);
  int keys_given = 0;

  MetadataWorld() { wire = diverted; }

  void InContainer(const std::string& path) {
    routes["GET " + path] = [this](const Request&) {
      return Reply{.body = KeyJson(fmt::format("TASK{}", ++keys_given), In(lifetime))};
    };
  }
  void OnInstance() {
    environment.Set("AWS_EC2_METADATA_DISABLED", "false");
    routes["PUT /latest/api/token"] = [](const Request& request) {
      EXPECT_EQ(request.Header("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
      return Reply{.body = "hunter2-imds"};
    };
    Behind("/latest/meta-data/iam/security-credentials/", [](const Request&) { return Reply{.body = "node-role"}; });
    Behind("/latest/meta-data/iam/security-credentials/node-role", [this](const Request&) {
      return Reply{.body = KeyJson(fmt::format("NODE{}", ++keys_given), In(lifetime))};
    });
  }
  // What answers only to the token.
  void Behind(const std::string& path, LoopbackServer::Handler handler) {
    routes["GET " + path] = [handler = std::move(handler)](const Request& request) {
      return request.Header("x-aws-ec2-metadata-token") == "hunter2-imds" ? handler(request) : Reply{.status = 401};
    };
  }
};

TEST(Container, ARelativeUriIsOfTheOneAddress) {
  MetadataWorld world;
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials?id=1");
  world.InContainer("/v2/credentials");
  EXPECT_EQ(world.Got(), "TASK1 from container");
  EXPECT_EQ(world.diverted->named, "http://169.254.170.2/v2/credentials?id=1");
  EXPECT_EQ(world.diverted->timeouts.total, seconds(2));
  EXPECT_EQ(world.seen.at(0).Header("authorization"), "");
}

TEST(Container, TheTokenFileIsReadEachTimeAndComesBeforeTheVariable) {
  MetadataWorld world;
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
  world.environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2-variable");
  world.InContainer("/v1/credentials");
  EXPECT_EQ(world.Got(), "TASK1 from container");
  EXPECT_EQ(world.seen.at(0).Header("authorization"), "hunter2-variable");
  world.environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", world.Write("token", "hunter2-one\n"));
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  ASSERT_TRUE((*chain)->Get());
  world.Write("token", "hunter2-two");
  world.clock.Advance(hours(6) - minutes(5));
  ASSERT_TRUE((*chain)->Get());
  EXPECT_EQ(world.seen.at(1).Header("authorization"), "hunter2-one");
  EXPECT_EQ(world.seen.at(2).Header("authorization"), "hunter2-two");
}

TEST(Container, OnlyTheseAddressesAreSpokenToOverHttp) {
  for (const char* good :
       {"http://localhost:1/x", "http://127.0.0.1/x", "http://127.1.2.3/x", "http://[::1]/x", "http://169.254.170.2/x",
        "http://169.254.170.23/x", "http://[fd00:ec2::23]/x", "https://keys.example/x"}) {
    MetadataWorld world;
    world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", good);
    world.InContainer("/x");
    EXPECT_EQ(world.Got(), "TASK1 from container") << good;
    EXPECT_EQ(world.diverted->named, good);
  }
  for (const char* bad : {"http://keys.example/x", "http://127.0.0.1.keys.example/x", "http://169.254.169.254/x",
                          "http://127.example.0.1/x", "http://localhost.keys.example/x", "ftp://localhost/x"}) {
    MetadataWorld world;
    world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", bad);
    world.environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2");
    EXPECT_THAT(world.Got(), StartsWith("container: AWS_CONTAINER_CREDENTIALS_FULL_URI")) << bad;
    EXPECT_TRUE(world.seen.empty());
  }
}

TEST(Container, FailuresAreNamedAndShowNoToken) {
  MetadataWorld world;
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x");
  world.environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2-token");
  world.routes["GET /x"] = [](const auto&) {
    return Reply{.status = 403, .body = R"({"code":"AccessDenied","message":"bad token hunter2-token"})"};
  };
  EXPECT_THAT(world.Got(), StartsWith("container: AccessDenied: bad token ***"));
  world.routes["GET /x"] = [](const auto&) { return Reply{.status = 500, .body = "hunter2"}; };
  world.seen.clear();
  EXPECT_THAT(world.Got(), StartsWith("container: HTTP 500"));
  EXPECT_EQ(world.seen.size(), 3u);
  for (const char* body : {"", "hunter2", R"({"AccessKeyId":"A","SecretAccessKey":"hunter2","Token":"hunter2"})",
                           R"({"AccessKeyId":"A","Token":"hunter2","Expiration":"2025-06-01T06:00:00Z"})"}) {
    world.routes["GET /x"] = [=](const auto&) { return Reply{.body = body}; };
    EXPECT_THAT(world.Got(), StartsWith("container: the reply of localhost: it ")) << body;
  }
  world.environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", world.Path("gone"));
  EXPECT_THAT(world.Got(), HasSubstr("gone (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) is not there"));
  world.environment.Set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", world.Write("split", "hunter2\r\nX: y"));
  EXPECT_THAT(world.Got(), HasSubstr("has a line break in it"));
}

TEST(Container, AWrongClockDoesNotShortenALife) {
  MetadataWorld world;
  world.environment.Set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x");
  world.lifetime = minutes(15);
  world.routes["GET /x"] = [&](const auto&) {
    // The server's clock is 20 minutes behind this one.
    return Reply{.headers = {{"Date", "Sat, 31 May 2025 23:40:00 GMT"}},
                 .body = world.KeyJson("T", world.In(minutes(-5)))};
  };
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  const auto keys = (*chain)->Get();
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(*keys->expiry, world.In(minutes(15)));
}

TEST(Instance, GivesItsRoleByVersionTwo) {
  MetadataWorld world;
  world.OnInstance();
  world.environment.Set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
  EXPECT_EQ(world.Got(), "NODE1 from instance role node-role");
  EXPECT_EQ(world.diverted->named, "http://169.254.169.254/latest/meta-data/iam/security-credentials/node-role");
  EXPECT_EQ(world.diverted->timeouts.total, seconds(1));
  ASSERT_EQ(world.seen.size(), 3u);
  EXPECT_EQ(world.seen[0].method, "PUT");
}

TEST(Instance, IsNotAskedWhenItIsDisabled) {
  MetadataWorld world;
  world.OnInstance();
  world.environment.Set("AWS_EC2_METADATA_DISABLED", "true");
  EXPECT_THAT(world.Got(), HasSubstr("instance metadata: AWS_EC2_METADATA_DISABLED is true"));
  EXPECT_TRUE(world.seen.empty());
}

TEST(Instance, WithoutATokenNothingElseIsAsked) {
  MetadataWorld world;
  world.OnInstance();
  world.routes["PUT /latest/api/token"] = [](const auto&) { return Reply{.status = 403}; };
  EXPECT_THAT(world.Got(), HasSubstr("instance metadata: HTTP 403"));
  EXPECT_EQ(world.seen.size(), 1u);
}

TEST(Instance, ThatGivesNothingSaysWhy) {
  MetadataWorld world;
  world.OnInstance();
  world.Behind("/latest/meta-data/iam/security-credentials/node-role",
               [](const auto&) { return Reply{.body = R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"x"})"}; });
  EXPECT_THAT(world.Got(), HasSubstr("instance metadata: role node-role: AssumeRoleUnauthorizedAccess"));
  world.Behind("/latest/meta-data/iam/security-credentials/node-role",
               [](const auto&) { return Reply{.body = "hunter2"}; });
  EXPECT_THAT(world.Got(), HasSubstr("instance metadata: role node-role: it is not a JSON object"));
  world.Behind("/latest/meta-data/iam/security-credentials/", [](const auto&) { return Reply{.body = ""}; });
  EXPECT_THAT(world.Got(), HasSubstr("instance metadata: the instance has no role"));
  world.Behind("/latest/meta-data/iam/security-credentials/", [](const auto&) { return Reply{.status = 404}; });
  EXPECT_THAT(world.Got(), HasSubstr("instance metadata: HTTP 404"));
}

TEST(Instance, SilenceIsNoRoleAtFirstAndAFailureLater) {
  MetadataWorld world;
  world.OnInstance();
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  ASSERT_TRUE((*chain)->Get());
  world.routes["PUT /latest/api/token"] = [](const auto&) { return Reply{.status = 503}; };
  world.clock.Advance(hours(6));
  const auto keys = (*chain)->Get();
  ASSERT_FALSE(keys);
  EXPECT_THAT(CredentialsWorld::Shown(keys.error()), StartsWith("HTTP 503"));
  EXPECT_TRUE(keys.error().retryable);
}

TEST(Instance, CredentialsItCannotRenewCountAsGoodForAWhile) {
  MetadataWorld world;
  world.OnInstance();
  world.lifetime = minutes(-30);
  auto chain = world.Chain();
  ASSERT_TRUE(chain);
  const auto keys = (*chain)->Get();
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(*keys->expiry, world.In(minutes(21)));
}

TEST(Instance, ASlowServiceIsGivenUpAfterASecond) {
  CredentialsWorld world;
  world.environment.Set("AWS_EC2_METADATA_DISABLED", "false");
  world.routes["PUT /latest/api/token"] = [](const auto&) { return Reply{.wait = std::chrono::milliseconds(5000)}; };
  const auto before = std::chrono::steady_clock::now();
  EXPECT_THAT(world.Got(), HasSubstr("the hop limit of its metadata options must be 2"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(4));
}

TEST(Region, IsTheInstancesWhereNobodySaysOne) {
  MetadataWorld world;
  world.OnInstance();
  world.Behind("/latest/meta-data/placement/region", [](const auto&) { return Reply{.body = "ap-southeast-2"}; });
  EXPECT_EQ(ResolveRegion(*world.Settings(), world.Deps()), "eu-west-1");
  EXPECT_TRUE(world.seen.empty());
  world.environment.Set("AWS_REGION", "");
  EXPECT_EQ(ResolveRegion(*world.Settings(), world.Deps()), "ap-southeast-2");
  world.Behind("/latest/meta-data/placement/region", [](const auto&) { return Reply{.body = "<html>"}; });
  const auto nonsense = ResolveRegion(*world.Settings(), world.Deps());
  ASSERT_FALSE(nonsense);
  EXPECT_THAT(CredentialsWorld::Shown(nonsense.error()), HasSubstr("--region, AWS_REGION"));
  world.environment.Set("AWS_EC2_METADATA_DISABLED", "true");
  const auto region = ResolveRegion(*world.Settings(), world.Deps());
  ASSERT_FALSE(region);
  EXPECT_EQ(region.error().code, ErrorCode::kUsage);
  EXPECT_THAT(region.error().message, HasSubstr("AWS_EC2_METADATA_DISABLED is true"));
}

}  // namespace
}  // namespace vams
