#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "config/config_template.h"
#include "config/options_json.h"

namespace vams::cli {
namespace {

class ConfigTemplateCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "config template",
            .summary = "write a commented configuration file to fill in",
            .example = "vams-migrate config template --preset large > prod.json",
            .kind = CommandKind::kPlain};
  }
  void Define(Flags& flags) override {
    flags.Value("--preset", preset_, "{small,medium,large}",
                "settings of the guide for fewer than 10,000 items, up to 100,000, or more");
  }
  Exit Run(Invocation& in) override {
    static const std::map<std::string, TuningPreset> kPresets = {
        {"small", TuningPreset::kSmall}, {"medium", TuningPreset::kMedium}, {"large", TuningPreset::kLarge}};
    const auto found = kPresets.find(AsciiLower(preset_));
    if (found == kPresets.end()) {
      return in.output.Failure(
          MakeError(ErrorCode::kUsage, "--preset: expected small, medium or large, found '{}'", preset_));
    }
    const std::string text = ConfigTemplate(found->second);
    if (!in.output.json()) in.output.Text(text);
    in.output.Json(nlohmann::ordered_json{{"template", text}});
    return Exit::kOk;
  }

 private:
  std::string preset_ = "medium";
};

class ConfigCheckCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "config check",
            .summary = "check a configuration file, with the line of each mistake",
            .example = "vams-migrate config check --config prod.json",
            .kind = CommandKind::kPlain,
            .drains_on_signal = false,
            .logs_notes = false,
            .without_flags = {}};
  }
  bool resolves_options() const override { return false; }
  void Define(Flags& flags) override { flags.OptionalArgument("FILE", file_, "the same as --config FILE"); }

  Exit Run(Invocation& in) override {
    OptionSources sources;
    sources.command = CommandKind::kRun;
    sources.check_file_only = true;
    sources.config = file_.empty() ? in.config : std::optional<std::filesystem::path>(file_);
    if (!sources.config) {
      return in.output.Failure(
          MakeError(ErrorCode::kUsage, "which file? Give --config FILE").WithHint("vams-migrate config check --help"));
    }
    const auto resolved = ResolveOptions(sources);
    if (!resolved) return in.output.Failure(resolved.error());
    const auto missing = MissingNames(CommandKind::kRun, resolved->options);
    for (const std::string& note : resolved->notes) in.output.Note(note);
    if (!missing.empty()) {
      std::string keys;
      for (const std::string& key : missing) keys += (keys.empty() ? "" : ", ") + key;
      in.output.Note("a run on AWS also needs, from here or from the command line: " + keys);
    }
    const std::string shown = Printable(sources.config->string());
    in.output.Line(shown + ": ok");
    in.output.Json(nlohmann::ordered_json{{"ok", true},
                                          {"file", shown},
                                          {"notes", resolved->notes},
                                          {"missing", missing},
                                          {"configuration", ToJson(resolved->options)}});
    return Exit::kOk;
  }

 private:
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> MakeConfigTemplate() { return std::make_unique<ConfigTemplateCommand>(); }
std::unique_ptr<Command> MakeConfigCheck() { return std::make_unique<ConfigCheckCommand>(); }

}  // namespace vams::cli
