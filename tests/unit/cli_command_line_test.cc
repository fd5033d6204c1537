#include <gmock/gmock.h>

#include "cli/command_line.h"

namespace vams::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string_view> kCommands = {"run",          "verify",      "local init", "local documents get",
                                                 "config check", "local import"};

SplitArguments SplitLine(std::vector<std::string> args) { return SplitCommandLine(args, kCommands); }

TEST(CommandLine, FlagsMayStandBeforeTheCommand) {
  const auto split = SplitLine({"--config", "F", "verify", "--repair"});
  EXPECT_THAT(split.words, ElementsAre("verify"));
  EXPECT_THAT(split.rest, ElementsAre("--config", "F", "--repair"));
}

TEST(CommandLine, AValueIsNoCommand) {
  const auto split = SplitLine({"--profile", "verify", "--dry-run", "run"});
  EXPECT_THAT(split.words, ElementsAre("run"));
  EXPECT_THAT(split.rest, ElementsAre("--profile", "verify", "--dry-run"));
}

TEST(CommandLine, WithoutACommandAllIsFlags) {
  const auto split = SplitLine({"--config", "F", "--limit", "100", "--dry-run"});
  EXPECT_THAT(split.words, IsEmpty());
  EXPECT_EQ(split.stray, std::nullopt);
  EXPECT_THAT(split.rest, ElementsAre("--config", "F", "--limit", "100", "--dry-run"));
}

TEST(CommandLine, CommandsOfSeveralWords) {
  const auto split = SplitLine({"local", "--local", "D", "documents", "get", "assets", "verify"});
  EXPECT_THAT(split.words, ElementsAre("local", "documents", "get"));
  EXPECT_THAT(split.rest, ElementsAre("--local", "D", "assets", "verify"));
}

TEST(CommandLine, AFlagOfOneCommandMayHaveAValue) {
  const auto split = SplitLine({"--preset", "small", "config", "check"});
  EXPECT_THAT(split.words, ElementsAre("config", "check"));
  EXPECT_THAT(SplitLine({"--unknown", "verify"}).words, ElementsAre("verify"));
  EXPECT_THAT(SplitLine({"local", "import", "--copy", "PATH"}).rest, ElementsAre("--copy", "PATH"));
}

TEST(CommandLine, AStrayWordIsNamed) {
  EXPECT_EQ(SplitLine({"verfiy"}).stray, "verfiy");
  const auto split = SplitLine({"local", "inti", "D"});
  EXPECT_THAT(split.words, ElementsAre("local"));
  EXPECT_EQ(split.stray, "inti");
}

TEST(CommandLine, TwoDashesEndTheFlags) {
  const auto split = SplitLine({"local", "import", "--", "--help"});
  EXPECT_FALSE(split.wants_help);
  EXPECT_THAT(split.rest, ElementsAre("--", "--help"));
}

TEST(CommandLine, HelpAndVersionAnywhere) {
  EXPECT_TRUE(SplitLine({"verify", "--help"}).wants_help);
  EXPECT_TRUE(SplitLine({"-h"}).wants_help);
  EXPECT_TRUE(SplitLine({"--version"}).wants_version);
}

TEST(CommandLine, AProgramWithOneCommandTakesNoWords) {
  const auto split = SplitCommandLine({"--operation", "assets", "extra"}, {""});
  EXPECT_THAT(split.words, IsEmpty());
  EXPECT_THAT(split.rest, ElementsAre("--operation", "assets", "extra"));
}

}  // namespace
}  // namespace vams::cli
