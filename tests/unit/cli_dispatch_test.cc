#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"
#include "cli/commands.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

class ProgramTest : public testing::Test {
 protected:
  struct Ran {
    int exit = 0;
    std::string out;
    std::string err;
    Json json() const { return Json::parse(out); }
  };

  Ran Run(const Program& program, const std::vector<std::string>& args, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    StopFlag stop;
    Context context{.environment = [this](const std::string& name) -> std::optional<std::string> {
                      const auto found = variables_.find(name);
                      return found == variables_.end() ? std::nullopt : std::optional(found->second);
                    },
                    .variables = Names(),
                    .in = in,
                    .out = out,
                    .err = err,
                    .clock = clock_,
                    .stop = stop};
    const Exit exit = Dispatch(program, args, context);
    return {static_cast<int>(exit), out.str(), err.str()};
  }
  Ran Migrate(const std::vector<std::string>& args, const std::string& input = "") {
    return Run(MigrateProgram(), args, input);
  }
  Ran Reindex(const std::vector<std::string>& args) { return Run(ReindexProgram(), args); }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : variables_) names.push_back(name);
    return names;
  }

  std::string Write(const std::string& name, const std::string& content) {
    const auto path = temp_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content;
    return path.string();
  }
  std::string Path(const std::string& name) { return (temp_.path() / name).string(); }

  TempDir temp_;
  FakeClock clock_;
  std::map<std::string, std::string> variables_;
};

TEST_F(ProgramTest, HelpNamesEachCommandAndItsExample) {
  const auto help = Migrate({"--help"});
  EXPECT_EQ(help.exit, 0);
  EXPECT_THAT(help.err, IsEmpty());
  for (const CommandFactory make : MigrateProgram().commands) {
    const CommandInfo info = make()->info();
    EXPECT_THAT(help.out, HasSubstr("  " + std::string(info.name) + " "));
    std::vector<std::string> words;
    std::istringstream in{std::string(info.name)};
    for (std::string word; in >> word;) words.push_back(word);
    words.emplace_back("--help");
    const auto own = Migrate(words);
    EXPECT_EQ(own.exit, 0) << info.name;
    EXPECT_THAT(own.out, HasSubstr("Example:")) << info.name;
    EXPECT_THAT(own.out, HasSubstr(std::string(info.example.substr(0, info.example.find('\n'))))) << info.name;
    EXPECT_THAT(own.out, HasSubstr("Exit codes:")) << info.name;
  }
  EXPECT_THAT(help.out, HasSubstr("--skip-verification"));
  EXPECT_THAT(Reindex({"--help"}).out, HasSubstr("--asset-table"));
}

TEST_F(ProgramTest, VersionInBothForms) {
  EXPECT_THAT(Migrate({"--version"}).out, StartsWith("vams-migrate 0."));
  EXPECT_EQ(Migrate({"--version", "--output", "json"}).json()["program"], "vams-migrate");
  EXPECT_THAT(Reindex({"--version"}).out, StartsWith("vams-reindex "));
}

TEST_F(ProgramTest, HelpAndVersionAsWords) {
  EXPECT_EQ(Migrate({"help"}).out, Migrate({"--help"}).out);
  EXPECT_EQ(Migrate({"help", "verify"}).out, Migrate({"verify", "--help"}).out);
  EXPECT_EQ(Migrate({"help", "local"}).out, Migrate({"local", "--help"}).out);
  EXPECT_THAT(Migrate({"help", "verfy"}).err, HasSubstr("did you mean 'verify'?"));
  EXPECT_EQ(Migrate({"version"}).out, Migrate({"--version"}).out);
  EXPECT_EQ(Migrate({"-V"}).out, Migrate({"--version"}).out);
  EXPECT_EQ(Reindex({"help"}).out, Reindex({"--help"}).out);
}

TEST_F(ProgramTest, WrongWordsAndFlagsNameTheNearest) {
  const auto word = Migrate({"verfy"});
  EXPECT_EQ(word.exit, 2);
  EXPECT_THAT(word.out, IsEmpty());
  EXPECT_THAT(word.err, StartsWith("error: there is no command 'verfy'; did you mean 'verify'?\nhint: "));
  EXPECT_THAT(Migrate({"local"}).err, HasSubstr("needs one more word: init, import, load"));
  EXPECT_THAT(Migrate({"local", "inti"}).err, HasSubstr("did you mean 'local init'?"));
  EXPECT_THAT(Migrate({"local", "foo"}).err,
              HasSubstr("there is no command 'local foo'\nhint: vams-migrate local --help"));
  EXPECT_THAT(Migrate({"lcoal"}).err, HasSubstr("did you mean 'local'?"));
  EXPECT_THAT(Migrate({"--dryrun", "--local", "x"}).err,
              HasSubstr("unknown flag --dryrun of 'run'; did you mean --dry-run?"));
  EXPECT_THAT(Migrate({"local", "init", "d", "--limit", "5"}).err, HasSubstr("unknown flag --limit of 'local init'"));
  EXPECT_THAT(Migrate({"verify", "extra", "--local", "x"}).err, HasSubstr("unexpected argument 'extra' of 'verify'"));
  EXPECT_THAT(Migrate({"--limit"}).err, HasSubstr("--limit needs a value"));
  EXPECT_EQ(Migrate({"--limit"}).exit, 2);
  EXPECT_EQ(Reindex({"assets"}).exit, 2);
}

TEST_F(ProgramTest, JsonFormPutsOneErrorObjectOnStandardOutput) {
  const auto ran = Migrate({"verfy", "--output", "json"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.json()["error"]["code"], "usage");
  variables_["VAMS_MIGRATE_OUTPUT"] = "json";
  EXPECT_TRUE(Migrate({"--nonsense"}).json().contains("error"));
}

TEST_F(ProgramTest, VariablesOfEveryFlag) {
  variables_["VAMS_MIGRATE_PRESET"] = "tiny";
  EXPECT_THAT(Migrate({"config", "template"}).err,
              HasSubstr("--preset: expected small, medium or large, found 'tiny'"));
  EXPECT_EQ(Migrate({"config", "template", "--preset", "small"}).exit, 0) << "the flag comes first";
  variables_["VAMS_MIGRATE_LIMTI"] = "5";
  EXPECT_THAT(Migrate({"config", "template", "--preset", "small"}).err,
              HasSubstr("ignoring VAMS_MIGRATE_LIMTI: no such setting; did you mean VAMS_MIGRATE_LIMIT?"));
}

TEST_F(ProgramTest, AnEmptyArgumentIsAnError) {
  const std::vector<std::vector<std::string>> commands = {{"resume"},
                                                          {"replay"},
                                                          {"report"},
                                                          {"local", "init"},
                                                          {"local", "load"},
                                                          {"local", "search"},
                                                          {"local", "documents", "get", "assets"},
                                                          {"local", "add", "bucket"},
                                                          {"local", "add", "asset", "models"},
                                                          {"local", "import", "models", "--database"},
                                                          {"config", "check"},
                                                          {"--config"}};
  for (const std::vector<std::string>& command : commands) {
    for (const char* blank : {"", " ", "\"\""}) {
      auto args = command;
      args.emplace_back(blank);
      const auto ran = Migrate(args);
      EXPECT_EQ(ran.exit, 2) << command.front() << ": " << ran.err;
      EXPECT_THAT(ran.err, HasSubstr("the value ")) << command.front();
    }
  }
  EXPECT_THAT(Migrate({"resume", ""}).err, StartsWith("error: RUN: the value is empty\n"));
  EXPECT_THAT(Migrate({"--asset", "", "--local", "x"}).err, HasSubstr("--asset: the value is empty"));
  EXPECT_THAT(Migrate({"--asset=", "--local", "x"}).err, HasSubstr("--asset: the value is empty"));
  variables_["VAMS_MIGRATE_PRESET"] = "";
  EXPECT_THAT(Migrate({"config", "template"}).err, HasSubstr("VAMS_MIGRATE_PRESET: the value is empty"));
  variables_ = {{"VAMS_MIGRATE_CONFIG", ""}};
  EXPECT_THAT(Migrate({"--local", "x"}).err, HasSubstr("VAMS_MIGRATE_CONFIG: the value is empty"));
}

TEST_F(ProgramTest, MissingNamesAreUsage) {
  const auto ran = Migrate({});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err,
              HasSubstr("Please set the asset_storage_table_name in the CONFIG or provide it via command line"));
  EXPECT_THAT(ran.err, HasSubstr("hint: an embedded VAMS needs no names: --local DIR"));
  const auto files = Reindex({"--operation", "files", "--s3-buckets-table", "b"});
  EXPECT_EQ(files.exit, 2);
  EXPECT_THAT(files.err, HasSubstr("(--sns-topic)"));
  EXPECT_THAT(files.err, Not(HasSubstr("asset_storage_table_name")));
}

TEST_F(ProgramTest, AMissingConfigurationFile) {
  const auto ran = Migrate({"--config", Path("none.json")});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("none.json: No such file"));
  EXPECT_EQ(Migrate({"--config", temp_.path().string()}).exit, 2);
}

TEST_F(ProgramTest, ConfigCheckListsEveryMistakeWithItsLine) {
  const std::string file =
      Write("c.json", "{\n  \"limit\": -1,\n  \"aws_regoin\": \"x\",\n  \"asset_storage_table_name\": \"YOUR_X\"\n}\n");
  const auto ran = Migrate({"config", "check", "--config", file});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.err, HasSubstr("c.json:2:12: limit: "));
  EXPECT_THAT(ran.err, HasSubstr("c.json:3:3: aws_regoin: unknown key; did you mean aws_region?"));
  EXPECT_THAT(ran.err, HasSubstr("c.json:4:31: Please set the asset_storage_table_name"));
  const Json mistakes = Migrate({"config", "check", file, "--output=json"}).json()["error"]["mistakes"];
  ASSERT_EQ(mistakes.size(), 3u);
  EXPECT_EQ(mistakes[0]["line"], 2);
  EXPECT_EQ(mistakes[0]["key"], "limit");
}

TEST_F(ProgramTest, ConfigTemplateIsCheckedByItself) {
  const auto text = Migrate({"config", "template", "--preset", "large"});
  EXPECT_EQ(text.exit, 0);
  std::string filled = text.out;
  for (std::size_t at = 0; (at = filled.find("\"YOUR_", at)) != std::string::npos;) {
    const std::string name = filled.substr(at + 6, filled.find('"', at + 1) - at - 6);
    filled.replace(at, name.size() + 7, name.starts_with("S3_OBJ") ? "\"auto\"" : "\"" + name + "\"");
  }
  const auto ran = Migrate({"config", "check", Write("t.json", filled)});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("ok"));
  EXPECT_EQ(Migrate({"config", "template", "--preset", "tiny"}).exit, 2);
}

TEST_F(ProgramTest, ADirectoryThatIsNoVams) {
  const auto absent = Migrate({"verify", "--local", Path("none")});
  EXPECT_EQ(absent.exit, 3);
  EXPECT_THAT(absent.err, StartsWith("error: "));
  Write("other/file.txt", "x");
  EXPECT_EQ(Migrate({"local", "status", "--local", Path("other")}).exit, 3);
  EXPECT_EQ(Migrate({"local", "init", Path("other")}).exit, 3);
}

TEST_F(ProgramTest, ImportAddStatusDocuments) {
  ASSERT_EQ(Migrate({"local", "init", Path("v")}).exit, 0);
  Write("models/duck/duck.obj", "v 0 0 0");
  Write("models/duck/tex/skin.png", "png");
  Write("models/loose.txt", "x");
  const auto imported = Migrate({"local", "import", Path("models"), "--database", "models", "--tags", "a, b", "--local",
                                 Path("v"), "--output", "json"});
  ASSERT_EQ(imported.exit, 0) << imported.err;
  EXPECT_EQ(imported.json()["new_assets"], 1);
  EXPECT_EQ(imported.json()["files"], 2);
  EXPECT_EQ(imported.json()["not_imported"][0]["path"], "loose.txt");

  const Json status = Migrate({"local", "status", "--local", Path("v"), "--output", "json"}).json();
  EXPECT_EQ(status["tables"]["assets"], 1);
  EXPECT_EQ(status["buckets"][0]["objects"], 2);
  EXPECT_EQ(status["pending"]["changes"], 0);
  EXPECT_EQ(status["pending"]["events"], 0);
  EXPECT_EQ(status["indexes"][0]["documents"], 0);

  const auto again = Migrate({"local", "import", Path("models"), "--database", "models", "--local", Path("v")});
  EXPECT_THAT(again.out, HasSubstr("0 new assets, 1 updated"));

  const auto file = Migrate({"local", "add", "file", "models", "duck", Path("models/loose.txt"), "--local", Path("v")});
  EXPECT_EQ(file.exit, 0) << file.err;
  EXPECT_EQ(Migrate({"local", "status", "--local", Path("v"), "--output", "json"}).json()["pending"]["events"], 1);
  EXPECT_EQ(Migrate({"local", "add", "file", "models", "goose", "x", "--local", Path("v")}).exit, 2);

  EXPECT_EQ(Migrate({"local", "documents", "get", "assets", "models#duck", "--local", Path("v")}).exit, 1);
  EXPECT_EQ(Migrate({"local", "documents", "put", "assets", "models#duck", "--local", Path("v")}, "[1]").exit, 2);
  EXPECT_EQ(Migrate({"local", "documents", "put", "assets", "models#duck", "--local", Path("v")},
                    R"({"str_assetname": "Duck"})")
                .exit,
            0);
  EXPECT_EQ(
      Migrate({"local", "documents", "get", "assets", "models#duck", "--local", Path("v")}).json()["str_assetname"],
      "Duck");
  const auto found = Migrate({"local", "search", "assets", "duck", "--local", Path("v"), "--output", "json"});
  EXPECT_EQ(found.json()["total"], 1);
  EXPECT_EQ(Migrate({"local", "documents", "delete", "assets", "models#duck", "--local", Path("v")}).exit, 0);
  EXPECT_EQ(Migrate({"local", "documents", "delete", "assets", "models#duck", "--local", Path("v")}).exit, 1);
  EXPECT_EQ(Migrate({"local", "documents", "get", "bananas", "x", "--local", Path("v")}).exit, 2);
}

TEST_F(ProgramTest, ImportRefusesWithNothingChanged) {
  ASSERT_EQ(Migrate({"local", "init", Path("v")}).exit, 0);
  Write("bad/asset/\xFF.obj", "x");
  const auto bad = Migrate({"local", "import", Path("bad"), "--database", "models", "--local", Path("v")});
  EXPECT_EQ(bad.exit, 2);
  EXPECT_THAT(bad.err, HasSubstr("\\xff.obj"));
  EXPECT_EQ(Migrate({"local", "import", Path("none"), "--database", "models", "--local", Path("v")}).exit, 2);
  EXPECT_EQ(Migrate({"local", "import", Path("bad"), "--database", "x", "--local", Path("v")}).exit, 2);
  EXPECT_EQ(
      Migrate({"local", "import", Path("bad"), "--database", "models", "--bucket", "No", "--local", Path("v")}).exit,
      2);
  const Json status = Migrate({"local", "status", "--local", Path("v"), "--output", "json"}).json();
  EXPECT_EQ(status["tables"]["assets"], 0);
  EXPECT_EQ(status["tables"]["buckets"], 0);
}

TEST_F(ProgramTest, IndexesCreateShowCheck) {
  ASSERT_EQ(Migrate({"local", "init", Path("v")}).exit, 0);
  EXPECT_EQ(Migrate({"indexes", "check", "--local", Path("v")}).exit, 0);
  EXPECT_THAT(Migrate({"indexes", "show", "--local", Path("v")}).out, HasSubstr("num_filesize"));
  const auto refused = Migrate({"rollback", "--indexes", "--delete", "--local", Path("v")});
  EXPECT_EQ(refused.exit, 2);
  EXPECT_THAT(refused.err, HasSubstr("has to be confirmed"));
  const auto deleted =
      Migrate({"rollback", "--indexes", "--delete", "--yes", "vams-assets-v1,vams-files-v1", "--local", Path("v")});
  EXPECT_EQ(deleted.exit, 0) << deleted.err;
  EXPECT_EQ(Migrate({"indexes", "check", "--local", Path("v")}).exit, 1);
  EXPECT_EQ(Migrate({"indexes", "create", "--local", Path("v")}).exit, 0);
  EXPECT_EQ(Migrate({"indexes", "check", "--local", Path("v")}).exit, 0);
}

}  // namespace
}  // namespace vams::cli
