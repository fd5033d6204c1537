#include <algorithm>
#include <array>
#include <cmath>

#include "config/setting_groups.h"
#include "config/setting_values.h"
#include "config/settings.h"

namespace vams {
namespace {

using namespace setting_groups;  // NOLINT(google-build-using-namespace): nothing but names of this table
using setting_values::Choice;
using setting_values::OptionalText;
using setting_values::Path;
using setting_values::RealNumber;
using setting_values::Since;
using setting_values::Switch;
using setting_values::Text;
using setting_values::TimeSpan;
using setting_values::WholeNumber;
using Value = LocatedValue;

constexpr std::uint64_t kMaxCount = 1'000'000'000'000;
constexpr std::uint64_t kMaxAssetBatch = 25;  // of BatchWriteItem, as in the guide's utility

constexpr auto kLogLevels = std::to_array<std::pair<std::string_view, LogLevel>>({{"debug", LogLevel::kDebug},
                                                                                  {"info", LogLevel::kInfo},
                                                                                  {"warning", LogLevel::kWarning},
                                                                                  {"error", LogLevel::kError},
                                                                                  {"critical", LogLevel::kCritical}});
constexpr auto kOutputs = std::to_array<std::pair<std::string_view, OutputFormat>>(
    {{"text", OutputFormat::kText}, {"json", OutputFormat::kJson}});
constexpr auto kProgressModes =
    std::to_array<std::pair<std::string_view, ProgressMode>>({{"auto", ProgressMode::kAuto},
                                                              {"bar", ProgressMode::kBar},
                                                              {"log", ProgressMode::kLog},
                                                              {"json", ProgressMode::kJson},
                                                              {"none", ProgressMode::kNone}});
constexpr auto kOperations = std::to_array<std::pair<std::string_view, Operation>>(
    {{"assets", Operation::kAssets}, {"files", Operation::kFiles}, {"both", Operation::kBoth}});
constexpr auto kAttributions = std::to_array<std::pair<std::string_view, Attribution>>(
    {{"head", Attribution::kHead}, {"location", Attribution::kLocation}});
constexpr auto kKeyEncodings = std::to_array<std::pair<std::string_view, EventKeyEncoding>>(
    {{"minimal", EventKeyEncoding::kMinimal}, {"s3", EventKeyEncoding::kS3}, {"raw", EventKeyEncoding::kRaw}});
constexpr auto kCompatibilities = std::to_array<std::pair<std::string_view, Compatibility>>(
    {{"upstream", Compatibility::kUpstream}, {"repaired", Compatibility::kRepaired}});

constexpr std::string_view kWhat = "What to do";
constexpr std::string_view kPart = "Which part of it";
constexpr std::string_view kPace = "How fast and how far";
constexpr std::string_view kShown = "What is printed and written";
constexpr std::string_view kAtLeastOne = "a whole number of at least 1";
constexpr std::string_view kBoolean = "true or false";

const Setting kSettings[] = {
    {.key = "local",
     .flag = "local",
     .commands = kOpensAny,
     .metavar = "DIR",
     .expected = "the path of a directory",
     .help = "the embedded VAMS in this directory; without it, the one on AWS",
     .group = kWhich,
     .apply = [](Options& o, const Value& v) { return Path(v, o.local.emplace()); }},

    {.key = "operation",
     .flag = "operation",
     .commands = Bit(CommandKind::kReindex),
     .metavar = "{assets,files,both}",
     .expected = "assets, files or both",
     .help = "what to reindex (default: both)",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Choice(v, kOperations, o.operation); }},
    {.key = "dry_run",
     .flag = "dry-run",
     .form = TextForm::kSwitch,
     .commands = kWrites,
     .expected = kBoolean,
     .help = "show what would be done and change nothing",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.dry_run); }},
    {.key = "limit",
     .flag = "limit",
     .form = TextForm::kNumber,
     .commands = kWrites,
     .metavar = "N",
     .expected = kAtLeastOne,
     .help = "at most N assets and N files",
     .group = kPart,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = WholeNumber(v, 1, kMaxCount);
           if (n) o.limit = ItemCount{*n};
           return n.has_value();
         }},
    {.key = "skip_verification",
     .flag = "skip-verification",
     .form = TextForm::kSwitch,
     .commands = Bit(CommandKind::kRun),
     .expected = kBoolean,
     .help = "do not wait and verify at the end",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.skip_verification); }},
    {.key = "verification_wait_time",
     .flag = "verification-wait-time",
     .form = TextForm::kNumber,
     .commands = kMigrateOnly,
     .metavar = "SECONDS",
     .expected = "a whole number of seconds, 0 or more",
     .help = "wait at most so long for the indexers (default: 300)",
     .group = kWhat,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = WholeNumber(v, 0, 31'536'000);
           if (n) o.verification_wait_time = std::chrono::seconds(*n);
           return n.has_value();
         }},
    {.key = "tolerance",
     .flag = "tolerance",
     .form = TextForm::kNumber,
     .commands = kMigrateOnly,
     .metavar = "PERCENT",
     .expected = "a percentage from 0 to 100",
     .help = "missing and stale documents that still count as success (default: 0; 5 is the guide's rule)",
     .group = kWhat,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = RealNumber(v, 0, 100);
           if (n) o.tolerance_percent = *n;
           return n.has_value();
         }},
    {.key = "attribution",
     .flag = "attribution",
     .commands = kSends,
     .metavar = "{head,location}",
     .expected = "head or location",
     .help = "how to find the asset of a file: ask S3 for each file (head), or by its path (location)",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Choice(v, kAttributions, o.attribution); }},
    {.key = "event_key_encoding",
     .flag = "event-key-encoding",
     .commands = kSendsOrVerifies,
     .metavar = "{minimal,s3,raw}",
     .expected = "minimal, s3 or raw",
     .help = "how keys are written into events (default: minimal)",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Choice(v, kKeyEncodings, o.event_key_encoding); }},
    {.key = "compatibility",
     .flag = "compatibility",
     .commands = kSendsOrVerifies | Bit(CommandKind::kLocal) | Bit(CommandKind::kIndexer),
     .metavar = "{upstream,repaired}",
     .expected = "upstream or repaired",
     .help = "expect what the deployed functions write, known bugs included, or the corrected result (default: "
             "upstream on AWS)",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Choice(v, kCompatibilities, o.compatibility.emplace()); }},
    {.key = "allow_rewrites",
     .flag = "allow-rewrites",
     .form = TextForm::kSwitch,
     .commands = kSendsOrVerifies,
     .expected = kBoolean,
     .help = "publish also files whose metadata names another asset than their place",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.allow_rewrites); }},
    {.key = "single_topic",
     .flag = "single-topic",
     .form = TextForm::kSwitch,
     .commands = kSendsOrVerifies,
     .expected = kBoolean,
     .help = "publish to the one topic given even where a bucket notifies another",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.single_topic); }},
    {.key = "",
     .flag = "repair",
     .form = TextForm::kSwitch,
     .commands = Bit(CommandKind::kVerify),
     .expected = kBoolean,
     .help = "send missing and stale ones again, then verify again",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.repair); }},
    {.key = "",
     .flag = "remove-unexpected",
     .form = TextForm::kSwitch,
     .commands = Bit(CommandKind::kVerify),
     .expected = kBoolean,
     .help = "with --repair: delete documents that have no source",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.remove_unexpected); }},
    {.key = "",
     .flag = "explain",
     .form = TextForm::kSwitch,
     .commands = Bit(CommandKind::kVerify),
     .expected = kBoolean,
     .help = "explain how each finding's cause was determined; on AWS, replay refused documents on scratch indexes",
     .group = kWhat,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.explain); }},

    {.key = "database",
     .flag = "database",
     .commands = kWorks,
     .metavar = "ID",
     .expected = kPlainText,
     .help = "only this database",
     .group = kPart,
     .apply = [](Options& o, const Value& v) { return OptionalText(v, o.selection.database); }},
    {.key = "bucket",
     .flag = "bucket",
     .commands = kSendsOrVerifies,
     .metavar = "NAME",
     .expected = kPlainText,
     .help = "only this bucket",
     .group = kPart,
     .apply = [](Options& o, const Value& v) { return OptionalText(v, o.selection.bucket); }},
    {.key = "prefix",
     .flag = "prefix",
     .commands = kSendsOrVerifies,
     .metavar = "TEXT",
     .expected = kPlainText,
     .help = "only files whose keys start with this",
     .group = kPart,
     .part_of_key = true,
     .apply = [](Options& o, const Value& v) { return OptionalText(v, o.selection.prefix); }},
    {.key = "asset",
     .flag = "asset",
     .commands = kWorks,
     .metavar = "ID",
     .expected = kPlainText,
     .help = "only this asset",
     .group = kPart,
     .apply = [](Options& o, const Value& v) { return OptionalText(v, o.selection.asset); }},
    {.key = "since",
     .flag = "since",
     .commands = kSendsOrVerifies,
     .metavar = "TIME",
     .expected = "a UTC time such as 2024-01-15 or 2024-01-15T10:00:00Z",
     .help = "only files changed at or after this UTC time",
     .group = kPart,
     .apply = [](Options& o, const Value& v) { return Since(v, o.selection.since); }},

    {.key = "reindex_settings.asset_batch_size",
     .flag = "asset-batch-size",
     .form = TextForm::kNumber,
     .commands = kSends,
     .metavar = "N",
     .expected = kAtLeastOne,
     .help = "assets handed over at once, at most 25",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = WholeNumber(v, 1, kMaxCount);
           if (n) o.reindex.asset_batch_size = ItemCount{std::min(*n, kMaxAssetBatch)};
           return n.has_value();
         }},
    {.key = "reindex_settings.s3_batch_size",
     .flag = "s3-batch-size",
     .form = TextForm::kNumber,
     .commands = kSends,
     .metavar = "N",
     .expected = "a whole number from 1 to 100,000",
     .help = "files handed over at once",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = WholeNumber(v, 1, 100'000);
           if (n) o.reindex.s3_batch_size = ItemCount{*n};
           return n.has_value();
         }},
    {.key = "reindex_settings.max_workers",
     .flag = "max-workers",
     .form = TextForm::kNumber,
     .commands = kSendsOrVerifies | Bit(CommandKind::kIndexer),
     .metavar = "N",
     .expected = "a whole number from 1 to 10,000",
     .help = "maximum concurrent requests",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = WholeNumber(v, 1, 10'000);
           if (n) o.reindex.max_workers = static_cast<std::uint32_t>(*n);
           return n.has_value();
         }},
    {.key = "reindex_settings.sns_publish_delay",
     .flag = "sns-publish-delay",
     .form = TextForm::kNumber,
     .commands = kSends,
     .metavar = "SECONDS",
     .expected = "a number of seconds from 0 to 3,600",
     .help = "least mean time per event for one worker",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = RealNumber(v, 0, 3600);
           if (n) o.reindex.sns_publish_delay = std::chrono::microseconds(std::llround(*n * 1e6));
           return n.has_value();
         }},
    {.key = "max_rate",
     .flag = "max-rate",
     .form = TextForm::kNumber,
     .commands = kWorks,
     .metavar = "N",
     .expected = "a number above 0",
     .help = "events and touches a second at most",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = RealNumber(v, 1e-6, 1e9);
           if (n) o.max_rate = PerSecond{*n};
           return n.has_value();
         }},
    {.key = "max_backlog",
     .flag = "max-backlog",
     .form = TextForm::kNumber,
     .commands = kSends,
     .metavar = "N",
     .expected = kAtLeastOne,
     .help = "hold back while the queue behind the topic is longer than N",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = WholeNumber(v, 1, kMaxCount);
           if (n) o.max_backlog = ItemCount{*n};
           return n.has_value();
         }},
    {.key = "deadline",
     .flag = "deadline",
     .commands = kWorks | Bit(CommandKind::kIndexer),
     .metavar = "TIME",
     .expected = "a time such as 90s, 30m or 1h30m",
     .help = "stop after this long (90s, 30m, 1h30m)",
     .group = kPace,
     .apply = [](Options& o, const Value& v) { return TimeSpan(v, o.deadline); }},
    {.key = "max_cost",
     .flag = "max-cost",
     .form = TextForm::kNumber,
     .commands = kSends,
     .metavar = "USD",
     .expected = "a number of US dollars, 0 or more",
     .help = "do not start what would cost more",
     .group = kPace,
     .apply =
         [](Options& o, const Value& v) {
           const auto n = RealNumber(v, 0, 1e9);
           if (n) o.max_cost.emplace(*n);
           return n.has_value();
         }},

    {.key = "log_level",
     .flag = "log-level",
     .commands = kEvery,
     .metavar = "{DEBUG,INFO,WARNING,ERROR,CRITICAL}",
     .expected = "DEBUG, INFO, WARNING, ERROR or CRITICAL",
     .help = "lowest level that is logged (default: INFO)",
     .group = kShown,
     .only_shows = true,
     .apply = [](Options& o, const Value& v) { return Choice(v, kLogLevels, o.log_level); }},
    {.key = "output",
     .flag = "output",
     .commands = kEvery,
     .metavar = "{text,json}",
     .expected = "text or json",
     .help = "json: one JSON object on standard output and nothing else there",
     .group = kShown,
     .only_shows = true,
     .apply = [](Options& o, const Value& v) { return Choice(v, kOutputs, o.output); }},
    {.key = "progress",
     .flag = "progress",
     .commands = kWorks | Bit(CommandKind::kLocal) | Bit(CommandKind::kDoctor),
     .metavar = "{auto,bar,log,json,none}",
     .expected = "auto, bar, log, json or none",
     .help = "how progress is shown (default: a bar on a terminal, else log lines)",
     .group = kShown,
     .only_shows = true,
     .apply = [](Options& o, const Value& v) { return Choice(v, kProgressModes, o.progress); }},
    {.key = "report_dir",
     .flag = "report-dir",
     .commands = kMigrateOnly | Bit(CommandKind::kReindex),
     .metavar = "DIR",
     .expected = "the path of a directory",
     .help = "where reports are written (default: reports)",
     .group = kShown,
     .apply = [](Options& o, const Value& v) { return Path(v, o.report_dir); }},
    {.key = "state_dir",
     .flag = "state-dir",
     .commands = kSendsOrVerifies | Bit(CommandKind::kIndexer) | Bit(CommandKind::kRuns),
     .metavar = "DIR",
     .expected = "the path of a directory",
     .help = "where runs keep their state (default: vams-migrate-state)",
     .group = kShown,
     .apply = [](Options& o, const Value& v) { return Path(v, o.state_dir); }},
    {.key = "",
     .flag = "yes",
     .form = TextForm::kSwitch,
     .commands = kSends,
     .expected = kBoolean,
     .help = "ask no questions",
     .group = kShown,
     .apply = [](Options& o, const Value& v) { return Switch(v, o.assume_yes); }},
};

}  // namespace

std::span<const Setting> AllSettings() {
  // In the order of --help: which VAMS comes first, and all of it.
  static const std::vector<Setting> all = [] {
    std::vector<Setting> settings(std::begin(kSettings), std::end(kSettings));
    const auto names = NamesOnAws();
    settings.insert(settings.begin() + 1, names.begin(), names.end());
    return settings;
  }();
  return all;
}

}  // namespace vams
