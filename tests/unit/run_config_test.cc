#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "config/config_file.h"
#include "config/config_template.h"
#include "config/located_json.h"
#include "config/options_json.h"
#include "config/resolve_options.h"

namespace vams {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kGuide = R"({
    "asset_storage_table_name": "vams-prod-AssetStorageTable-ABC123",
    "s3_asset_buckets_table_name": "vams-prod-S3AssetBucketsTable-XYZ789",
    "s3_object_created_sns_topic_arn": "arn:aws:sns:us-east-1:123456789012:vams-prod-s3ObjectCreated",
    "opensearch_asset_index_ssm_param": "/vams-prod/aos/assetIndexName",
    "opensearch_file_index_ssm_param": "/vams-prod/aos/fileIndexName",
    "opensearch_endpoint_ssm_param": "/vams-prod/aos/endPoint",
    "aws_profile": "vams-prod",
    "aws_region": "us-east-1",
    "reindex_settings": {
        "asset_batch_size": 25,
        "s3_batch_size": 100,
        "max_workers": 10,
        "sns_publish_delay": 0.05
    },
    "log_level": "INFO",
    "dry_run": false,
    "verification_wait_time": 300
}
)";

struct Outcome {
  std::optional<ResolvedOptions> resolved;
  std::vector<std::string> mistakes;
};

using Flags = std::vector<std::pair<std::string, std::string>>;
using Variables = std::map<std::string, std::string>;

Outcome Resolve(std::string_view text, const Flags& flags = {}, const Variables& variables = {},
                CommandKind command = CommandKind::kRun) {
  const ConfigFile file = ParseConfig("c.json", text);
  OptionSources sources;
  sources.command = command;
  for (const auto& [flag, value] : flags) {
    const Setting* setting = FindSettingByFlag(flag);
    EXPECT_NE(setting, nullptr) << flag;
    sources.flags.push_back({setting, value});
  }
  sources.environment = [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  auto resolved = ResolveOptions(sources, &file);
  Outcome out;
  if (resolved) {
    out.resolved = *std::move(resolved);
  } else {
    for (const auto& mistake : resolved.error()) out.mistakes.push_back(FormatMistake(mistake));
  }
  return out;
}

std::vector<std::string> LocalMistakes(std::string_view text, const Flags& flags = {}) {
  Flags all = flags;
  all.emplace_back("local", "d");
  return Resolve(text, all).mistakes;
}

TEST(ConfigFile, TakesTheGuidesExample) {
  const auto out = Resolve(kGuide);
  ASSERT_THAT(out.mistakes, IsEmpty());
  const Options& o = out.resolved->options;
  EXPECT_EQ(o.asset_storage_table, "vams-prod-AssetStorageTable-ABC123");
  EXPECT_EQ(o.s3_asset_buckets_table, "vams-prod-S3AssetBucketsTable-XYZ789");
  EXPECT_EQ(o.topics, TopicChoice(SingleTopic{"arn:aws:sns:us-east-1:123456789012:vams-prod-s3ObjectCreated"}));
  EXPECT_EQ(o.asset_index_parameter, "/vams-prod/aos/assetIndexName");
  EXPECT_EQ(o.file_index_parameter, "/vams-prod/aos/fileIndexName");
  EXPECT_EQ(o.endpoint_parameter, "/vams-prod/aos/endPoint");
  EXPECT_EQ(o.aws_profile, "vams-prod");
  EXPECT_EQ(o.aws_region, "us-east-1");
  EXPECT_EQ(o.reindex.asset_batch_size, ItemCount{25});
  EXPECT_EQ(o.reindex.s3_batch_size, ItemCount{100});
  EXPECT_EQ(o.reindex.max_workers, 10u);
  EXPECT_EQ(o.reindex.sns_publish_delay, std::chrono::milliseconds(50));
  EXPECT_EQ(o.log_level, LogLevel::kInfo);
  EXPECT_FALSE(o.dry_run);
  EXPECT_EQ(o.verification_wait_time, std::chrono::seconds(300));
  EXPECT_FALSE(o.local);
}

TEST(ConfigFile, TakesTheGuidesSnippets) {
  EXPECT_THAT(LocalMistakes(R"({
    "reindex_settings": {
        "sns_publish_delay": 0.1, // Increase from 0.05
        "max_workers": 5 // Decrease from 10
    }
})"),
              IsEmpty());
  EXPECT_THAT(LocalMistakes(R"({ "verification_wait_time": 600 // 10 minutes instead of 5
    })"),
              IsEmpty());
  const auto large = Resolve(R"({
    "reindex_settings": {
        "asset_batch_size": 25,
        "s3_batch_size": 200,
        "max_workers": 20,
        "sns_publish_delay": 0.03
    },
    "verification_wait_time": 600
})",
                             {{"local", "d"}});
  ASSERT_THAT(large.mistakes, IsEmpty());
  EXPECT_EQ(large.resolved->options.reindex.sns_publish_delay, std::chrono::milliseconds(30));
  EXPECT_EQ(large.resolved->options.verification_wait_time, std::chrono::seconds(600));
}

TEST(ConfigFile, PassesOverRemarksAndNulls) {
  EXPECT_THAT(LocalMistakes(R"(/* of prod */ {"comments": {"any": "thing"}, "_comment_x": 1, "aws_profile": null,
    "reindex_settings": {"_comment": "Batch sizes", "max_workers": null,}, "limit": null,})"),
              IsEmpty());
}

TEST(ConfigFile, BrokenJsonNamesLineColumnAndWhatWasFound) {
  EXPECT_THAT(LocalMistakes("{\n  \"limit\": 5\n  \"dry_run\": true\n}"),
              ElementsAre("c.json:3:3: no valid JSON: expected ',' or '}', found the text \"dry_run\""));
  EXPECT_THAT(LocalMistakes("{\"limit\": 5"),
              ElementsAre("c.json:1:12: no valid JSON: expected ',' or '}', found the end of the file"));
  EXPECT_THAT(LocalMistakes("{limit: 5}"),
              ElementsAre("c.json:1:2: no valid JSON: expected a key in quotes or '}', found 'limit'"));
  EXPECT_THAT(LocalMistakes("{\"limit\": 05}"),
              ElementsAre("c.json:1:11: no valid JSON: expected a value, found '05'"));
  EXPECT_THAT(LocalMistakes("{\"dry_run\": True}"),
              ElementsAre("c.json:1:13: no valid JSON: expected a value, found 'True'"));
  EXPECT_THAT(LocalMistakes("{\"limit\" 5}"),
              ElementsAre("c.json:1:10: no valid JSON: expected ':' after the key \"limit\", found '5'"));
  EXPECT_THAT(LocalMistakes("{} x"), ElementsAre("c.json:1:4: no valid JSON: expected the end of the file, found 'x'"));
  EXPECT_THAT(LocalMistakes(""), ElementsAre("c.json:1:1: no valid JSON: expected a value, found the end of the file"));
  EXPECT_THAT(LocalMistakes("[]"), ElementsAre("c.json:1:1: expected an object of settings, found a list"));
  EXPECT_THAT(LocalMistakes("{\"local\": \"a"),
              ElementsAre("c.json:1:11: no valid JSON: this text has no end, expected \""));
  EXPECT_THAT(LocalMistakes("{ /* "), ElementsAre("c.json:1:3: no valid JSON: this comment has no end, expected */"));
  EXPECT_THAT(LocalMistakes("{\"\xC3\xA4\": \"\xFF\"}"),
              ElementsAre("c.json:1:8: no valid JSON: byte 0xff is not UTF-8"))
      << "columns count characters";
  EXPECT_THAT(LocalMistakes(std::string(100, '[')), ElementsAre(HasSubstr("nested deeper than 64")));
}

TEST(ConfigFile, UnknownKeysNameTheNearest) {
  EXPECT_THAT(LocalMistakes("{\"aws_regoin\": \"x\"}"),
              ElementsAre("c.json:1:2: aws_regoin: unknown key; did you mean aws_region?"));
  EXPECT_THAT(
      LocalMistakes("{\"reindex_settings\": {\"max_wrokers\": 1}}"),
      ElementsAre(
          "c.json:1:23: reindex_settings.max_wrokers: unknown key; did you mean reindex_settings.max_workers?"));
  EXPECT_THAT(LocalMistakes("{\"max_workers\": 1}"),
              ElementsAre("c.json:1:2: max_workers: unknown key; it belongs into reindex_settings"));
  EXPECT_THAT(LocalMistakes("{\"reindex_settings\": {\"log_level\": 1}}"),
              ElementsAre(HasSubstr("it belongs beside reindex_settings")));
  EXPECT_THAT(LocalMistakes("{\"reindex_settings.max_workers\": 1}"), ElementsAre(HasSubstr("unknown key")));
  EXPECT_THAT(LocalMistakes("{\"zzzzzzzzzzzzzzz\": 1}"), ElementsAre(HasSubstr("'config template' lists")));
}

TEST(ConfigFile, RepeatedKeysAreMistakes) {
  EXPECT_THAT(LocalMistakes("{\"limit\": 1,\n \"limit\": 2}"),
              ElementsAre("c.json:2:2: limit: duplicate key, first at 1:2"));
}

TEST(ConfigFile, AllPlaceholdersAtOnce) {
  const auto mistakes = Resolve(R"({
  "asset_storage_table_name": "YOUR_ASSET_STORAGE_TABLE_NAME",
  "s3_asset_buckets_table_name": "b",
  "s3_object_created_sns_topic_arn": "YOUR_TOPIC",
  "opensearch_asset_index_ssm_param": "YOUR_",
  "opensearch_file_index_ssm_param": "f",
  "opensearch_endpoint_ssm_param": "e"
})")
                            .mistakes;
  EXPECT_THAT(
      mistakes,
      ElementsAre(
          "c.json:2:31: Please set the asset_storage_table_name in the CONFIG or provide it via command line",
          "c.json:4:38: Please set the s3_object_created_sns_topic_arn in the CONFIG or provide it via command line",
          "c.json:5:39: Please set the opensearch_asset_index_ssm_param in the CONFIG or provide it via command line"));
}

TEST(ConfigFile, AFlagFillsAPlaceholder) {
  std::string text(kGuide);
  text.replace(text.find("vams-prod-AssetStorageTable-ABC123"), 34, "YOUR_ASSET_STORAGE_TABLE_NAME_____");
  EXPECT_EQ(Resolve(text).mistakes.size(), 1u);
  const auto out = Resolve(text, {{"asset-storage-table", "mine"}});
  ASSERT_THAT(out.mistakes, IsEmpty());
  EXPECT_EQ(out.resolved->options.asset_storage_table, "mine");
}

TEST(ConfigFile, NamesAreNotNeededWithLocal) {
  EXPECT_THAT(LocalMistakes(R"({"asset_storage_table_name": "YOUR_X", "s3_object_created_sns_topic_arn": "none"})"),
              IsEmpty());
  EXPECT_THAT(Resolve(R"({"local": "d", "asset_storage_table_name": "YOUR_X"})").mistakes, IsEmpty());
  EXPECT_THAT(Resolve(R"({"local": "YOUR_DIR"})").mistakes, ElementsAre(HasSubstr("Please set the local in")));
}

TEST(ConfigFile, MissingNamesAreAskedForByCommand) {
  EXPECT_EQ(Resolve("{}").mistakes.size(), 6u);
  EXPECT_EQ(Resolve("{}", {{"skip-verification", "true"}}).mistakes.size(), 3u);
  EXPECT_THAT(Resolve("{}", {{"operation", "assets"}}, {}, CommandKind::kReindex).mistakes,
              ElementsAre(HasSubstr("Please set the asset_storage_table_name in the CONFIG or provide it via command "
                                    "line (--asset-table)")));
  EXPECT_EQ(Resolve("{}", {{"operation", "files"}}, {}, CommandKind::kReindex).mistakes.size(), 2u);
  EXPECT_THAT(Resolve("{}", {}, {}, CommandKind::kLocal).mistakes, ElementsAre(HasSubstr("--local DIR")));
}

TEST(ConfigFile, WrongTypesAndRangesSayWhatWasExpected) {
  EXPECT_THAT(
      LocalMistakes(R"({
  "limit": -1,
  "dry_run": "no",
  "log_level": "LOUD",
  "verification_wait_time": 1.5,
  "asset_storage_table_name": 5,
  "reindex_settings": {"max_workers": 0, "sns_publish_delay": -0.1, "s3_batch_size": 1e3},
  "tolerance": 101,
  "since": "yesterday",
  "deadline": "0s",
  "s3_object_created_sns_topic_arn": {"b": 1},
  "output": null
})"),
      ElementsAre(
          "c.json:2:12: limit: expected a whole number of at least 1, found the number -1",
          "c.json:3:14: dry_run: expected true or false, found the text \"no\"",
          "c.json:4:16: log_level: expected DEBUG, INFO, WARNING, ERROR or CRITICAL, found the text \"LOUD\"",
          "c.json:5:29: verification_wait_time: expected a whole number of seconds, 0 or more, found the "
          "number 1.5",
          "c.json:6:31: asset_storage_table_name: expected the name of a table, found the number 5",
          HasSubstr("reindex_settings.max_workers: expected a whole number from 1 to 10,000, found the number 0"),
          HasSubstr("reindex_settings.sns_publish_delay: expected a number of seconds"),
          HasSubstr("reindex_settings.s3_batch_size: expected a whole number from 1 to 100,000"),
          HasSubstr("tolerance: expected a percentage from 0 to 100"), HasSubstr("since: expected a UTC time"),
          HasSubstr("deadline: expected a time such as"),
          HasSubstr("s3_object_created_sns_topic_arn: expected the ARN of a topic")));
  EXPECT_THAT(LocalMistakes("{\"reindex_settings\": 3}"),
              ElementsAre("c.json:1:22: reindex_settings: expected an object, found the number 3"));
}

TEST(ConfigFile, CapsTheAssetBatchWithANote) {
  const auto out = Resolve(R"({"local": "d", "reindex_settings": {"asset_batch_size": 100}})");
  ASSERT_THAT(out.mistakes, IsEmpty());
  EXPECT_EQ(out.resolved->options.reindex.asset_batch_size, ItemCount{25});
  EXPECT_THAT(out.resolved->notes, ElementsAre(HasSubstr("asset_batch_size 100")));
}

TEST(ConfigFile, TopicsInEachForm) {
  const auto topics = [](std::string_view value) {
    auto out = Resolve("{\"local\": \"d\", \"s3_object_created_sns_topic_arn\": " + std::string(value) + "}");
    EXPECT_THAT(out.mistakes, IsEmpty());
    return out.resolved->options.topics;
  };
  EXPECT_EQ(topics("\"auto\""), TopicChoice(AutoTopics{}));
  EXPECT_EQ(topics(R"({"a": "arn:1", "b": "arn:2"})"), TopicChoice(TopicByBucket{{{"a", "arn:1"}, {"b", "arn:2"}}}));
  const auto flag = Resolve("{\"local\": \"d\"}", {{"sns-topic-arn", "a=arn:1,b=arn:2"}});
  EXPECT_EQ(flag.resolved->options.topics, TopicChoice(TopicByBucket{{{"a", "arn:1"}, {"b", "arn:2"}}}));
  std::string text(kGuide);
  text.replace(text.find("arn:aws:sns"), 11, "arn:aws:sqs");
  EXPECT_THAT(Resolve(text).mistakes, ElementsAre(HasSubstr("c.json:4:40: s3_object_created_sns_topic_arn: expected "
                                                            "the ARN of a topic")));
}

TEST(Options, FlagBeforeEnvironmentBeforeFileBeforeDefault) {
  const auto limit = [](const Flags& flags, const Variables& variables, std::string_view text) {
    const auto out = Resolve(text, flags, variables);
    EXPECT_THAT(out.mistakes, IsEmpty());
    return out.resolved->options.limit;
  };
  const std::string file = R"({"local": "d", "limit": 1})";
  EXPECT_EQ(limit({{"limit", "3"}}, {{"VAMS_MIGRATE_LIMIT", "2"}}, file), ItemCount{3});
  EXPECT_EQ(limit({}, {{"VAMS_MIGRATE_LIMIT", "2"}}, file), ItemCount{2});
  EXPECT_EQ(limit({}, {}, R"({"local": "d"})"), std::nullopt);
}

TEST(Options, AnEmptyVariableIsAMistakeUnlessItOnlyChangesWhatIsPrinted) {
  const auto mistakes = [](const char* variable, const char* value) {
    return Resolve(R"({"local": "d"})", {}, {{variable, value}}).mistakes;
  };
  EXPECT_THAT(mistakes("VAMS_MIGRATE_LIMIT", ""),
              ElementsAre("VAMS_MIGRATE_LIMIT: the value is empty: give one, or unset the variable"));
  EXPECT_EQ(mistakes("VAMS_MIGRATE_DRY_RUN", "").size(), 1u) << "a dry run that is none";
  EXPECT_EQ(mistakes("VAMS_MIGRATE_STATE_DIR", " \t").size(), 1u);
  EXPECT_THAT(mistakes("VAMS_MIGRATE_LOG_LEVEL", ""), IsEmpty());
  EXPECT_THAT(Resolve(R"({"local": "d"})", {{"asset", "a"}}, {{"VAMS_MIGRATE_ASSET", ""}}).mistakes, IsEmpty())
      << "the flag comes first";
}

TEST(Options, AValueThatNarrowsOrNamesIsNeverBlank) {
  for (const char* flag :
       {"database", "bucket", "prefix", "asset", "since", "profile", "region", "endpoint-url", "asset-storage-table",
        "sns-topic-arn", "opensearch-endpoint-ssm", "state-dir", "report-dir", "local"}) {
    for (const char* blank : {"", "  ", "\t", "\"\"", "''", "\u00a0", "\u200b", "\ufeff", "\u201c\u201d"}) {
      const auto mistakes = Resolve(R"({"local": "d"})", {{flag, blank}}).mistakes;
      ASSERT_EQ(mistakes.size(), 1u) << flag << " '" << blank << "'";
      EXPECT_THAT(mistakes.front(), testing::StartsWith("--" + std::string(flag) + ": the value "));
    }
  }
  EXPECT_THAT(LocalMistakes("{\n\"database\": \"\", \"prefix\": \" \", \"state_dir\": \"\"}"),
              ElementsAre("c.json:2:13: database: the value is empty: give one, or remove the key",
                          "c.json:2:27: prefix: the value \" \" is blank: give one, or remove the key",
                          "c.json:2:45: state_dir: the value is empty: give one, or remove the key"));
  EXPECT_THAT(LocalMistakes(R"({"s3_object_created_sns_topic_arn": {"b": ""}})"),
              ElementsAre(HasSubstr("the topic of bucket b is empty")));
}

TEST(Options, StrayCharactersAroundAValueAreNamedWithTheirPlace) {
  const auto mistake = [](const std::string& key, const std::string& value) {
    return Resolve("{\n  \"" + key + "\": " + nlohmann::json(value).dump() + "\n}", {{"local", "d"}}).mistakes;
  };
  EXPECT_THAT(mistake("aws_region", "us-east-1\u00a0"),
              ElementsAre("c.json:2:17: aws_region: \"us-east-1\\u00a0\" has a no-break space (U+00A0) at its end: "
                          "remove it"));
  for (const char* stray : {" ", "\t", "\r", "\n", "\u00a0", "\u200b", "\ufeff", "\"", "'", "\u201d", "\u200e"}) {
    for (const char* key : {"aws_profile", "asset_storage_table_name", "opensearch_endpoint_ssm_param", "database",
                            "asset", "bucket", "state_dir", "s3_object_created_sns_topic_arn"}) {
      EXPECT_EQ(mistake(key, "name" + std::string(stray)).size(), 1u) << key << " behind: " << stray;
      EXPECT_EQ(mistake(key, stray + std::string("name")).size(), 1u) << key << " in front: " << stray;
    }
  }
  EXPECT_THAT(mistake("prefix", "scan "), IsEmpty()) << "a key may go on behind a blank";
  EXPECT_THAT(mistake("aws_profile", "my team/prod"), IsEmpty());
}

TEST(Options, NamesOnAwsThatNoServiceTakes) {
  const auto mistakes = [](const std::string& key, std::string_view value) {
    std::string text(kGuide);
    const std::size_t at = text.find('"', text.find("\"" + key + "\"") + key.size() + 2);
    text.replace(at, text.find('"', at + 1) - at + 1, "\"" + std::string(value) + "\"");
    return Resolve(text).mistakes;
  };
  EXPECT_THAT(mistakes("s3_object_created_sns_topic_arn", "arn:aws:sns:us-east-1:123456789012:t.fifo"),
              ElementsAre(HasSubstr("s3_object_created_sns_topic_arn: expected the ARN of a standard topic")));
  for (const char* region : {"N. Virginia", "US-EAST-1", "us-east-1a", "us_east_1", "us east 1"}) {
    EXPECT_THAT(mistakes("aws_region", region),
                ElementsAre(HasSubstr("aws_region: expected a region such as us-east-1, found \"")));
  }
  EXPECT_THAT(mistakes("asset_storage_table_name", "vams assets"), ElementsAre(HasSubstr("the name of a table")));
  EXPECT_THAT(mistakes("opensearch_file_index_ssm_param", "/vams-prod/aos/assetIndexName"),
              ElementsAre(HasSubstr("names the same parameter as opensearch_asset_index_ssm_param")));
}

TEST(Options, SwappedIndexParametersAreNamed) {
  std::string text(kGuide);
  const std::size_t assets = text.find("assetIndexName");
  const std::size_t files = text.find("fileIndexName");
  text.replace(files, 13, "assetIndexName").replace(assets, 14, "fileIndexName");
  EXPECT_THAT(Resolve(text).mistakes, ElementsAre(HasSubstr("opensearch_asset_index_ssm_param: ")));
}

TEST(Options, KnowWhoGaveThem) {
  const auto out =
      Resolve("{\"local\": \"d\",\n \"aws_profile\": \"p\"}", {{"region", "eu-west-1"}}, {{"VAMS_MIGRATE_LIMIT", "3"}});
  const auto& origins = out.resolved->origins;
  EXPECT_EQ(origins.find("aws_profile")->second, "aws_profile in c.json:2");
  EXPECT_EQ(origins.find("aws_region")->second, "--region");
  EXPECT_EQ(origins.find("limit")->second, "VAMS_MIGRATE_LIMIT");
  EXPECT_FALSE(origins.contains("endpoint_url"));
}

TEST(ConfigFile, AnUnknownKeyNamesTheOneThatIsMeant) {
  for (const auto& [typed, meant] : {std::pair("DRY_RUN", "dry_run"),
                                     {"AWS_REGION", "aws_region"},
                                     {"region", "aws_region"},
                                     {"profile", "aws_profile"},
                                     {"sns_topic_arn", "s3_object_created_sns_topic_arn"},
                                     {"asset_table", "asset_storage_table_name"},
                                     {"opensearch_endpoint", "opensearch_endpoint_ssm_param"},
                                     {"max-rate", "max_rate"},
                                     {"MAX_WORKERS", "reindex_settings.max_workers"}}) {
    EXPECT_THAT(LocalMistakes("{\"" + std::string(typed) + "\": 1}"),
                ElementsAre(HasSubstr(std::string("did you mean ") + meant + "?")))
        << typed;
  }
}

TEST(Options, ASwitchCanBeTurnedOffAgain) {
  EXPECT_FALSE(Resolve(R"({"local": "d", "dry_run": true})", {{"dry-run", "false"}}).resolved->options.dry_run);
  EXPECT_TRUE(Resolve(R"({"local": "d"})", {}, {{"VAMS_MIGRATE_DRY_RUN", "1"}}).resolved->options.dry_run);
}

TEST(Options, MistakesNameTheFlagOrTheVariable) {
  EXPECT_THAT(LocalMistakes("{}", {{"limit", "-5"}}),
              ElementsAre("--limit: expected a whole number of at least 1, found the number -5"));
  EXPECT_THAT(Resolve("{\"local\": \"d\"}", {}, {{"VAMS_MIGRATE_LIMIT", "ten"}}).mistakes,
              ElementsAre("VAMS_MIGRATE_LIMIT: expected a whole number of at least 1, found the text \"ten\""));
  EXPECT_THAT(Resolve("{\"local\": \"d\"}", {{"asset-batch-size", "0"}}, {}, CommandKind::kReindex).mistakes,
              ElementsAre(HasSubstr("--asset-batch-size: ")));
}

TEST(Options, ReindexKnowsItsFlagsAndVariables) {
  const auto out =
      Resolve("{}", {{"sns-topic", "arn:aws:sns:us-east-1:123456789012:t"}},
              {{"VAMS_MIGRATE_ASSET_TABLE", "a"}, {"VAMS_MIGRATE_S3_ASSET_BUCKETS_TABLE", "b"}}, CommandKind::kReindex);
  ASSERT_THAT(out.mistakes, IsEmpty());
  EXPECT_EQ(out.resolved->options.asset_storage_table, "a");
  EXPECT_EQ(out.resolved->options.s3_asset_buckets_table, "b");
}

TEST(Options, TimeSpans) {
  EXPECT_EQ(ParseDuration("90"), std::chrono::seconds(90));
  EXPECT_EQ(ParseDuration("1h30m"), std::chrono::minutes(90));
  EXPECT_EQ(ParseDuration("2d"), std::chrono::hours(48));
  for (const char* wrong : {"", "0", "h", "30m1h", "5x", "-1s", "99999999999d", "1h 30m"}) {
    EXPECT_EQ(ParseDuration(wrong), std::nullopt) << wrong;
  }
}

TEST(Options, EverySettingHasAUniqueKeyAndFlag) {
  std::set<std::string_view> keys;
  std::set<std::string_view> flags;
  for (const Setting& setting : AllSettings()) {
    if (!setting.key.empty()) {
      EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    }
    EXPECT_TRUE(flags.insert(setting.flag).second) << setting.flag;
    EXPECT_NE(setting.apply, nullptr);
    EXPECT_NE(setting.commands, 0u) << setting.flag;
    EXPECT_EQ(setting.metavar.empty(), setting.form == TextForm::kSwitch) << setting.flag;
  }
}

TEST(ConfigTemplate, IsReadBackWithNothingButPlaceholders) {
  for (const auto& [preset, workers] :
       {std::pair{TuningPreset::kSmall, 10u}, {TuningPreset::kMedium, 15u}, {TuningPreset::kLarge, 20u}}) {
    const std::string text = ConfigTemplate(preset);
    const auto on_aws = Resolve(text).mistakes;
    EXPECT_EQ(on_aws.size(), 6u);
    EXPECT_THAT(on_aws, testing::Each(HasSubstr("Please set the ")));
    const auto local = Resolve(text, {{"local", "d"}});
    ASSERT_THAT(local.mistakes, IsEmpty());
    EXPECT_EQ(local.resolved->options.reindex.max_workers, workers);
  }
}

TEST(OptionsJson, EchoesKeysAndNoUserOfAnUrl) {
  const auto json =
      ToJson(Resolve(kGuide, {{"endpoint-url", "http://me:secret@localhost:8000/a@b"}}).resolved->options);
  EXPECT_EQ(json["asset_storage_table_name"], "vams-prod-AssetStorageTable-ABC123");
  EXPECT_EQ(json["reindex_settings"]["sns_publish_delay"], 0.05);
  EXPECT_EQ(json["endpoint_url"], "http://localhost:8000/a@b");
  EXPECT_EQ(json["limit"], nullptr);
}

}  // namespace
}  // namespace vams
