#include "config/resolve_options.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>

#include "base/text.h"
#include "config/aws_name_checks.h"
#include "config/pasted_text.h"

namespace vams {
namespace {

constexpr std::uint64_t kMaxAssetBatch = 25;

enum class Giver { kFlag, kVariable, kFile };

struct Candidate {
  LocatedValue value;
  std::string source;
  Giver giver = Giver::kFlag;

  bool from_file() const { return giver == Giver::kFile; }
};

bool TopicsAreSet(const TopicChoice& topics) {
  const auto* single = std::get_if<SingleTopic>(&topics);
  return single == nullptr || !single->arn.empty();
}

// What is wrong with the characters of a value, whatever it is for; nullopt: nothing.
std::optional<std::string> WrongCharacters(const Setting& setting, const LocatedValue& value, Giver giver) {
  if (const auto* text = value.As<std::string>()) {
    if (const auto blank = WhyBlank(*text)) {
      const std::string_view instead = giver == Giver::kFile       ? "give one, or remove the key"
                                       : giver == Giver::kVariable ? "give one, or unset the variable"
                                                                   : "give one, or leave the flag out";
      return fmt::format("{}: {}", *blank, instead);
    }
    if (setting.part_of_key) return std::nullopt;
    if (const auto stray = StrayCharacter(*text)) {
      return fmt::format("{} has {}: remove it", QuotedValue(*text), *stray);
    }
  } else if (const auto* members = value.As<LocatedValue::Object>()) {
    for (const LocatedMember& member : *members) {
      const auto* part = member.value.As<std::string>();
      if (IsBlank(member.key)) return fmt::format("{} names no bucket", QuotedValue(member.key));
      if (part != nullptr && IsBlank(*part)) return fmt::format("the topic of bucket {} is empty", member.key);
      for (const std::string& one : {member.key, part == nullptr ? std::string() : *part}) {
        if (const auto stray = StrayCharacter(one))
          return fmt::format("{} has {}: remove it", QuotedValue(one), *stray);
      }
    }
  }
  return std::nullopt;
}

class Resolver {
 public:
  explicit Resolver(const OptionSources& sources) : sources_(sources) {}

  std::expected<ResolvedOptions, std::vector<ConfigMistake>> Resolve(const ConfigFile* file) {
    // Of a file that cannot be read nothing is known, so nothing can be said to be missing.
    const bool file_is_broken =
        file != nullptr && std::ranges::any_of(file->mistakes, [](const ConfigMistake& m) { return m.key.empty(); });
    if (file != nullptr) {
      mistakes_ = file->mistakes;
      for (const ConfigEntry& entry : file->entries) {
        chosen_[entry.setting] = {.value = entry.value, .source = file->source, .giver = Giver::kFile};
      }
    }
    if (!sources_.check_file_only) Override();
    for (const Setting& setting : AllSettings()) {
      if (const auto found = chosen_.find(&setting); found != chosen_.end()) Apply(setting, found->second);
    }
    CheckNames();
    NameEmbeddedTables();
    NameOrigins();
    if (!sources_.check_file_only && !file_is_broken) RequireNames();
    if (!mistakes_.empty()) {
      std::ranges::stable_sort(mistakes_, {}, [](const ConfigMistake& m) {
        return m.at ? std::pair(m.at->line, m.at->column) : std::pair(SIZE_MAX, SIZE_MAX);
      });
      return std::unexpected(std::move(mistakes_));
    }
    return std::move(out_);
  }

 private:
  void Override() {
    for (const Setting& setting : AllSettings()) {
      if (!setting.ReadBy(sources_.command) || !sources_.environment || HasFlag(setting)) continue;
      for (const std::string_view flag : {setting.FlagOf(sources_.command), setting.flag}) {
        const std::string name = EnvironmentName(flag);
        const auto text = sources_.environment(name);
        if (!text || (setting.only_shows && text->empty())) continue;
        chosen_[&setting] = {.value = ValueFromText(setting.form, *text), .source = name, .giver = Giver::kVariable};
        break;
      }
    }
    for (const FlagValue& flag : sources_.flags) {
      chosen_[flag.setting] = {.value = ValueFromText(flag.setting->form, flag.text),
                               .source = "--" + std::string(flag.setting->FlagOf(sources_.command))};
    }
  }

  bool HasFlag(const Setting& setting) const {
    return std::ranges::any_of(sources_.flags, [&](const FlagValue& flag) { return flag.setting == &setting; });
  }

  bool IsLocal() const { return chosen_.contains(FindSettingByKey("local")); }

  void Apply(const Setting& setting, const Candidate& candidate) {
    if (HoldsPlaceholder(candidate.value) && !(setting.names_aws_resource && IsLocal())) {
      Mistake(setting, candidate, PleaseSet(setting.key));
      placeholders_.emplace_back(setting.key);
      return;
    }
    if (HoldsPlaceholder(candidate.value)) return;
    if (candidate.from_file() && setting.names_aws_resource && IsLocal() && IsEmptyText(candidate.value)) return;
    if (const auto wrong = WrongCharacters(setting, candidate.value, candidate.giver)) {
      const bool asks = candidate.from_file() && IsEmptyText(candidate.value) && IsNeededName(setting);
      Mistake(setting, candidate, asks ? PleaseSet(setting.key) : *wrong);
      placeholders_.emplace_back(setting.key);
      return;
    }
    if (!setting.apply(out_.options, candidate.value)) {
      Mistake(setting, candidate,
              "expected " + std::string(setting.expected) + ", found " + DescribeValue(candidate.value));
      return;
    }
    if (setting.key == "reindex_settings.asset_batch_size") NoteCap(candidate);
  }

  void NoteCap(const Candidate& candidate) {
    const auto* number = candidate.value.As<LocatedValue::Number>();
    std::uint64_t asked = 0;
    std::from_chars(number->text.data(), number->text.data() + number->text.size(), asked);
    if (asked > kMaxAssetBatch) {
      out_.notes.push_back(fmt::format("asset_batch_size {} is more than one request may hold; {} is used",
                                       Grouped(asked), kMaxAssetBatch));
    }
  }

  static bool IsEmptyText(const LocatedValue& value) {
    const auto* text = value.As<std::string>();
    return text != nullptr && text->empty();
  }

  // The guide's script asks for these with one sentence, whether they are absent or empty.
  static bool IsNeededName(const Setting& setting) {
    const auto needed = MissingNames(CommandKind::kRun, Options{});
    return std::ranges::find(needed, setting.key) != needed.end();
  }

  // Embedded names are only echoed; those of AWS must at least look like what they name.
  void CheckNames() {
    if (out_.options.local) return;
    for (const WrongAwsName& wrong : CheckAwsNames(out_.options)) {
      const Setting* setting = FindSettingByKey(wrong.key);
      Mistake(*setting, chosen_[setting], wrong.message);
    }
  }

  void NameOrigins() {
    for (const auto& [setting, candidate] : chosen_) {
      if (setting->key.empty()) continue;
      out_.origins[std::string(setting->key)] =
          candidate.from_file() ? fmt::format("{} in {}:{}", setting->key, candidate.source, candidate.value.at.line)
                                : candidate.source;
    }
  }

  // What the log and the report call the tables of an embedded VAMS where nothing was given.
  void NameEmbeddedTables() {
    if (!out_.options.local) return;
    if (out_.options.asset_storage_table.empty()) out_.options.asset_storage_table = "assets";
    if (out_.options.s3_asset_buckets_table.empty()) out_.options.s3_asset_buckets_table = "buckets";
  }

  void RequireNames() {
    if (IsLocal()) return RequireFlags();
    for (const std::string& key : MissingNames(sources_.command, out_.options)) {
      if (std::ranges::find(placeholders_, key) != placeholders_.end()) continue;
      mistakes_.push_back({.source = "", .at = std::nullopt, .key = key, .message = Missing(key)});
    }
    if (sources_.command == CommandKind::kLocal) {
      mistakes_.push_back({.source = "",
                           .at = std::nullopt,
                           .key = "local",
                           .message = "which embedded VAMS? Give --local DIR or the key \"local\" in the CONFIG"});
    }
    RequireFlags();
  }

  void RequireFlags() {
    if (out_.options.remove_unexpected && !out_.options.repair) {
      mistakes_.push_back({.source = "--remove-unexpected",
                           .at = std::nullopt,
                           .key = "",
                           .message = "works only together with --repair"});
    }
  }

  std::string Missing(const std::string& key) const {
    return fmt::format("{} (--{})", PleaseSet(key), FindSettingByKey(key)->FlagOf(sources_.command));
  }

  void Mistake(const Setting& setting, const Candidate& candidate, std::string message) {
    mistakes_.push_back({.source = candidate.source,
                         .at = candidate.from_file() ? std::optional(candidate.value.at) : std::nullopt,
                         .key = std::string(setting.key),
                         .message = std::move(message)});
  }

  const OptionSources& sources_;
  std::map<const Setting*, Candidate> chosen_;
  std::vector<std::string> placeholders_;
  std::vector<ConfigMistake> mistakes_;
  ResolvedOptions out_;
};

}  // namespace

std::vector<std::string> MissingNames(CommandKind command, const Options& o) {
  std::vector<std::string> missing;
  if (o.local || command == CommandKind::kPlain || command == CommandKind::kLocal || command == CommandKind::kRuns)
    return missing;
  const bool sends = command == CommandKind::kRun || command == CommandKind::kReindex;
  const bool reads =
      command == CommandKind::kVerify || command == CommandKind::kIndexer || command == CommandKind::kDoctor;
  const bool assets = o.operation != Operation::kFiles && command != CommandKind::kIndexes;
  const bool files = o.operation != Operation::kAssets && (sends || reads);
  const bool indexes =
      command == CommandKind::kIndexes || reads || (command == CommandKind::kRun && !o.skip_verification);
  const auto need = [&](bool needed, bool is_set, const char* key) {
    if (needed && !is_set) missing.emplace_back(key);
  };
  need(assets, !o.asset_storage_table.empty(), "asset_storage_table_name");
  need(files, !o.s3_asset_buckets_table.empty(), "s3_asset_buckets_table_name");
  need(files && (sends || o.repair || command == CommandKind::kDoctor), TopicsAreSet(o.topics),
       "s3_object_created_sns_topic_arn");
  need(indexes, !o.asset_index_parameter.empty(), "opensearch_asset_index_ssm_param");
  need(indexes, !o.file_index_parameter.empty(), "opensearch_file_index_ssm_param");
  need(indexes, !o.endpoint_parameter.empty(), "opensearch_endpoint_ssm_param");
  return missing;
}

std::expected<ResolvedOptions, std::vector<ConfigMistake>> ResolveOptions(const OptionSources& sources,
                                                                          const ConfigFile* file) {
  return Resolver(sources).Resolve(file);
}

std::expected<ResolvedOptions, std::vector<ConfigMistake>> ResolveOptions(const OptionSources& sources) {
  if (!sources.config) return ResolveOptions(sources, nullptr);
  const auto text = ReadConfigText(*sources.config);
  if (!text) {
    return std::unexpected(
        std::vector{ConfigMistake{.source = "", .at = std::nullopt, .key = "", .message = text.error().message}});
  }
  const ConfigFile file = ParseConfig(Printable(sources.config->string()), *text);
  return ResolveOptions(sources, &file);
}

}  // namespace vams
