#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/credentials/child_process.h"
#include "net/credentials/key_document.h"
#include "net/credentials/shell_words.h"
#include "net/credentials/stored_sources.h"
#include "unit/credentials_world.h"

namespace vams {
namespace {

using testing::StartsWith;

std::string Fetched(CredentialSource& source) {
  const Result<vams::Fetched> fetched = source.Fetch();
  if (!fetched) return "error: " + CredentialsWorld::Shown(fetched.error());
  if (const auto* nothing = std::get_if<NothingThere>(&*fetched)) return "nothing: " + nothing->why;
  return CredentialsWorld::Described(std::get<Credentials>(*fetched));
}

TEST(EnvironmentSourceTest, ReadsKeysTokenAndEnd) {
  const Environment environment{{"AWS_ACCESS_KEY_ID", "AKID"},
                                {"AWS_SECRET_ACCESS_KEY", "hunter2-secret-AKID"},
                                {"AWS_SECURITY_TOKEN", "hunter2-token-AKID"},
                                {"AWS_SESSION_TOKEN", "another"},
                                {"AWS_CREDENTIAL_EXPIRATION", "2025-06-01T02:00:00+02:00"}};
  const auto fetched = EnvironmentSource(environment)->Fetch();
  ASSERT_TRUE(fetched);
  const auto& keys = std::get<Credentials>(*fetched);
  EXPECT_EQ(CredentialsWorld::Described(keys), "AKID from AWS_ACCESS_KEY_ID in the environment");
  EXPECT_EQ(keys.session_token.Reveal(), "hunter2-token-AKID");
  EXPECT_EQ(FormatIsoSeconds(*keys.expiry), "2025-06-01T00:00:00Z");
}

TEST(EnvironmentSourceTest, SaysWhatIsMissingOrWrong) {
  EXPECT_EQ(Fetched(*EnvironmentSource({})), "nothing: AWS_ACCESS_KEY_ID is not set");
  EXPECT_EQ(Fetched(*EnvironmentSource({{"AWS_ACCESS_KEY_ID", "AKID"}})),
            "error: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
  EXPECT_EQ(Fetched(*EnvironmentSource({{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "hunter2\r\nX: y"}})),
            "error: the secret access key has a character that no key has");
  EXPECT_EQ(Fetched(*EnvironmentSource({{"AWS_ACCESS_KEY_ID", "AKID"},
                                        {"AWS_SECRET_ACCESS_KEY", "hunter2-secret-AKID"},
                                        {"AWS_CREDENTIAL_EXPIRATION", "tomorrow"}})),
            "error: AWS_CREDENTIAL_EXPIRATION is not a time like 2025-06-01T12:00:00Z: tomorrow");
}

TEST(KeyFileSourceTest, ReadsTheFileEachTime) {
  CredentialsWorld world;
  world.CredentialsFile("[p]\naws_access_key_id = OLD\naws_secret_access_key = hunter2-secret-OLD\n");
  const std::string path = world.Path(".aws/credentials");
  const auto source = KeyFileSource(KeyFile::kCredentials, path, "p");
  EXPECT_EQ(Fetched(*source), "OLD from profile p in " + path);
  world.CredentialsFile(
      "[p]\naws_access_key_id = NEW\naws_secret_access_key = hunter2-secret-NEW\naws_session_token = "
      "hunter2-token-NEW\n");
  EXPECT_EQ(Fetched(*source), "NEW from profile p in " + path);
  world.CredentialsFile("[p]\naws_access_key_id = NEW\n");
  EXPECT_EQ(Fetched(*source), "error: " + path + ":2: aws_access_key_id without an aws_secret_access_key");
  world.CredentialsFile("[p]\naws_access_key_id = NEW\naws_secret_access_key hunter2\n");
  EXPECT_EQ(Fetched(*source), "error: " + path + ":3: not a section, setting (key = value) or comment");
  world.CredentialsFile("[q]\n");
  EXPECT_EQ(Fetched(*source), "nothing: it has no such profile");
}

TEST(KeyFileSourceTest, OfTheConfigFileNeedsTheWordProfile) {
  CredentialsWorld world;
  world.Config(
      "[profile p]\naws_access_key_id = A\naws_secret_access_key = hunter2-secret-A\n[q]\naws_access_key_id = B\n");
  const std::string path = world.Path(".aws/config");
  EXPECT_EQ(Fetched(*KeyFileSource(KeyFile::kConfig, path, "p")), "A from profile p in " + path);
  EXPECT_EQ(Fetched(*KeyFileSource(KeyFile::kConfig, path, "q")), "nothing: it has no such profile");
}

TEST(KeyFileSourceTest, AFileThatMayNotBeReadIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  CredentialsWorld world;
  const std::string path = world.Write("locked", "[p]\n", 0);
  EXPECT_EQ(Fetched(*KeyFileSource(KeyFile::kCredentials, path, "p")),
            "error: cannot open " + path + ": Permission denied");
}

struct ProcessCase {
  const char* script;
  const char* expected;  // its beginning
};
class ProcessSourceTest : public testing::TestWithParam<ProcessCase> {};

TEST_P(ProcessSourceTest, GivesKeysOrSaysWhyNot) {
  CredentialsWorld world;
  const std::string script = world.Script("give", GetParam().script);
  const auto source =
      ProcessSource("p", "'" + script + "' --token hunter2 \"two words\"", world.environment, world.Deps());
  const std::string got = Fetched(*source);
  std::string expected = GetParam().expected;
  if (const std::size_t at = expected.find('@'); at != std::string::npos) expected.replace(at, 1, script);
  EXPECT_THAT(got, StartsWith(expected));
}

INSTANTIATE_TEST_SUITE_P(
    All, ProcessSourceTest,
    testing::Values(
        ProcessCase{"test \"$3\" = 'two words' || exit 9\n"
                    "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2-secret-A\"}'",
                    "A from credential_process of profile p"},
        ProcessCase{"echo hunter2; echo hunter2 >&2; exit 3",
                    "error: @ ended with exit code 3 / run the command by hand"},
        ProcessCase{"kill -9 $$", "error: @ ended with exit code 137"},
        ProcessCase{"echo hunter2", "error: what @ printed is of no use: it is not a JSON object"},
        ProcessCase{"echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2\"'",
                    "error: what @ printed is of no use: it is not a JSON object"},
        ProcessCase{"echo '{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2\"}'",
                    "error: what @ printed is of no use: its Version is not 1"},
        ProcessCase{"echo '{\"Version\":1,\"AccessKeyId\":\"hunter2\"}'",
                    "error: what @ printed is of no use: it has no SecretAccessKey"},
        ProcessCase{"echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":[\"hunter2\"]}'",
                    "error: what @ printed is of no use: it has no SecretAccessKey"},
        ProcessCase{
            "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2\",\"Expiration\":\"hunter2\"}'",
            "error: what @ printed is of no use: its Expiration is no time"},
        ProcessCase{"yes hunter2 | head -c 2000000", "error: @: it printed more than 1 MiB"},
        ProcessCase{"", "error: what @ printed is of no use: it is not a JSON object"}));

TEST(ProcessSourceMore, IsKilledWhenItDoesNotEnd) {
  CredentialsWorld world;
  const std::string script = world.Script("hang", "exec sleep 60");
  CredentialDeps deps = world.Deps();
  deps.process_limit = std::chrono::milliseconds(100);
  EXPECT_EQ(Fetched(*ProcessSource("p", script, world.environment, deps)),
            "error: " + script + ": it had not ended after 0.1 s");
}

TEST(ProcessSourceMore, EndsWithTheRun) {
  CredentialsWorld world;
  const std::string script = world.Script("hang", "exec sleep 60");
  StopFlag stop;
  stop.Request();
  CredentialDeps deps = world.Deps();
  deps.stop = &stop;
  const auto fetched = ProcessSource("p", script, world.environment, deps)->Fetch();
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, ErrorCode::kCancelled);
}

TEST(ProcessSourceMore, NamesAProgramThatIsNotThere) {
  CredentialsWorld world;
  EXPECT_EQ(Fetched(*ProcessSource("p", "no-such-program --x", world.environment, world.Deps())),
            "error: no-such-program: there is no such program on PATH");
  EXPECT_EQ(Fetched(*ProcessSource("p", "/no/such --x", world.environment, world.Deps())),
            "error: /no/such: it cannot be started: No such file or directory");
  EXPECT_EQ(Fetched(*ProcessSource("p", "'open", world.environment, world.Deps())),
            "error: its command line is empty or has a quote that is not closed");
}

TEST(ProcessSourceMore, SeesTheEnvironmentGivenAndNothingElse) {
  CredentialsWorld world;
  const std::string script =
      world.Script("env-only",
                   "test -z \"$AWS_MARK\" || exit 4\ntest \"$MARK\" = x || exit 5\nread line && exit 6\n"
                   "echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hunter2-secret-A\"}'");
  setenv("AWS_MARK", "from the process", 1);
  world.environment.Set("MARK", "x");
  EXPECT_THAT(Fetched(*ProcessSource("p", script, world.environment, world.Deps())), StartsWith("A from"));
  unsetenv("AWS_MARK");
}

TEST(AwsCommandSourceTest, TakesWhatTheCommandLineExports) {
  CredentialsWorld world;
  world.Script("aws", "test \"$*\" = 'configure export-credentials --format process --profile p' || exit 7\necho '" +
                          world.KeyJson("A", std::nullopt, "SessionToken") + "'");
  world.environment.Set("PATH", world.Path("bin") + ":/usr/bin:/bin");
  EXPECT_EQ(Fetched(*AwsCommandSource("p", CommandLineUse::kLastResort, world.environment, world.Deps())),
            "A from aws configure export-credentials");
}

TEST(AwsCommandSourceTest, AFailureIsNothingAsALastResortAndAnErrorWhenAskedFor) {
  CredentialsWorld world;
  world.environment.Set("PATH", world.Path("bin"));
  EXPECT_EQ(Fetched(*AwsCommandSource("", CommandLineUse::kLastResort, world.environment, world.Deps())),
            "nothing: the aws command is not on PATH");
  EXPECT_THAT(Fetched(*AwsCommandSource("p", CommandLineUse::kAskedFor, world.environment, world.Deps())),
              StartsWith("error: the aws command is not on PATH / profile p needs version 2"));
  world.Script("aws", "echo hunter2; exit 255");
  EXPECT_EQ(Fetched(*AwsCommandSource("", CommandLineUse::kLastResort, world.environment, world.Deps())),
            "nothing: it ended with exit code 255");
  EXPECT_THAT(Fetched(*AwsCommandSource("p", CommandLineUse::kAskedFor, world.environment, world.Deps())),
              StartsWith("error: it ended with exit code 255 / "));
}

TEST(ShellWords, AreThoseOfAPosixShell) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(SplitShellWords("a  b\tc"), (Words{"a", "b", "c"}));
  EXPECT_EQ(SplitShellWords(R"('a b' "c d" e\ f "g\"h\\i\j" '' k'l'"m")"),
            (Words{"a b", "c d", "e f", R"(g"h\i\j)", "", "klm"}));
  EXPECT_EQ(SplitShellWords("$HOME `x` *"), (Words{"$HOME", "`x`", "*"}));
  EXPECT_EQ(SplitShellWords(""), Words{});
  EXPECT_EQ(SplitShellWords("'a"), std::nullopt);
  EXPECT_EQ(SplitShellWords("\"a"), std::nullopt);
  EXPECT_EQ(SplitShellWords("a\\"), std::nullopt);
}

TEST(KeyDocumentTest, ReadsEveryFormOfTime) {
  const UtcTime noon = *ParseIso("2025-06-01T12:00:00Z");
  for (const char* text :
       {"2025-06-01T12:00:00Z", "2025-06-01T12:00:00UTC", "2025-06-01T12:00:00+00:00", "2025-06-01T14:30:00+02:30",
        "2025-06-01T07:00:00-0500", "2025-06-01T12:00:00.000Z", "2025-06-01T12:00:00"}) {
    EXPECT_EQ(ParseExpiry(text), noon) << text;
  }
  for (const char* text :
       {"", "soon", "2025-06-01", "2025-06-01T12:00:00+2", "2025-06-01T12:00:00+99:99", "2025-13-01T12:00:00Z"}) {
    EXPECT_EQ(ParseExpiry(text), std::nullopt) << text;
  }
}

TEST(KeyDocumentTest, LifeIsCountedOnThisClock) {
  const UtcTime now = *ParseIso("2025-06-01T12:20:00Z");
  const UtcTime expiry = *ParseIso("2025-06-01T13:00:00Z");
  HttpReply reply;
  EXPECT_EQ(OnThisClock(expiry, reply, now), expiry);
  reply.headers.Set("Date", "Sun, 01 Jun 2025 12:00:00 GMT");
  EXPECT_EQ(FormatIsoSeconds(OnThisClock(expiry, reply, now)), "2025-06-01T13:20:00Z");
  reply.headers.Set("Date", "Sun, 01 Jun 2025 12:19:00 GMT");
  EXPECT_EQ(OnThisClock(expiry, reply, now), expiry);
}

TEST(KeyDocumentTest, SecretsAreTakenOutOfErrors) {
  const Secret secret("hunter2");
  const Error error = Redacted(MakeError(ErrorCode::kUnknown, "a hunter2 b hunter2").WithHint("hunter2!"), {&secret});
  EXPECT_EQ(error.message, "a *** b ***");
  EXPECT_EQ(error.hint, "***!");
}

}  // namespace
}  // namespace vams
