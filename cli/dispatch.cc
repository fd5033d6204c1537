#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/help.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "config/pasted_text.h"

namespace vams::cli {
namespace {

// Before anything is read: errors must have the form that was asked for, wherever in the line that stands.
OutputFormat FormatAskedFor(const std::vector<std::string>& args, const LookUpVariable& environment) {
  std::string value = environment(EnvironmentName("output")).value_or("");
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--output" && i + 1 < args.size()) value = args[i + 1];
    if (args[i].starts_with("--output=")) value = args[i].substr(9);
  }
  return AsciiLower(value) == "json" ? OutputFormat::kJson : OutputFormat::kText;
}

std::unexpected<Error> Usage(std::string message, std::string hint) {
  return std::unexpected(Error{.code = ErrorCode::kUsage, .message = std::move(message), .hint = std::move(hint)});
}

// CLI11 leaves two empty lines between groups.
std::string WithoutEmptyLines(std::string text) {
  for (std::size_t at = 0; (at = text.find("\n\n\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

// The summary as a paragraph of its own.
std::string Sentence(std::string_view summary) {
  std::string out(summary);
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out + (out.ends_with('.') ? "\n" : ".\n");
}

class Dispatcher {
 public:
  Dispatcher(const Program& program, const std::vector<std::string>& args, Context& context)
      : program_(program),
        context_(context),
        output_(context.out, context.err, FormatAskedFor(args, context.environment)) {
    for (const CommandFactory make : program.commands) {
      auto command = make();
      const CommandInfo info = command->info();
      infos_.push_back(info);
      names_.push_back(info.name);
      commands_.push_back(std::move(command));
    }
    split_ = SplitCommandLine(WithoutWords(args), names_);
  }

  // Whether a command has begun that sends.
  bool sends() const {
    return running_ && (info_.kind == CommandKind::kRun || info_.kind == CommandKind::kReindex ||
                        info_.kind == CommandKind::kRollback);
  }

  // `help COMMAND`, `version` and -V, which people type, as the flags that they stand for.
  std::vector<std::string> WithoutWords(std::vector<std::string> args) const {
    if (args.empty()) return args;
    if (args.front() == "-V" || (args.front() == "version" && IsNoCommand("version"))) {
      args.front() = "--version";
    } else if (args.front() == "help" && IsNoCommand("help")) {
      args.erase(args.begin());
      args.emplace_back("--help");
    }
    return args;
  }
  bool IsNoCommand(std::string_view word) const { return std::ranges::find(names_, word) == names_.end(); }

  Exit Run() { return Flushed(Chosen()); }

 private:
  Exit Chosen() {
    if (split_.wants_version) {
      output_.Line(std::string(program_.name) + " " + std::string(kVersion));
      output_.Json(nlohmann::ordered_json{{"program", program_.name}, {"version", kVersion}});
      return Exit::kOk;
    }
    std::string words;
    for (const std::string& word : split_.words) words += (words.empty() ? "" : " ") + word;
    auto at = std::ranges::find(names_, words.empty() ? program_.default_command : std::string_view(words));
    if (at == names_.end()) {
      if (split_.wants_help) {
        context_.out << GroupHelp(program_, infos_, words);
        return Exit::kOk;
      }
      return output_.Failure(Incomplete(words));
    }
    if (words.empty() && split_.stray && !names_.front().empty())
      return output_.Failure(UnknownCommand("", *split_.stray));
    command_ = commands_[static_cast<std::size_t>(at - names_.begin())].get();
    info_ = infos_[static_cast<std::size_t>(at - names_.begin())];
    return RunChosen(words.empty());
  }

  Error Incomplete(const std::string& words) const {
    if (split_.stray) return UnknownCommand(words + " ", *split_.stray);
    std::string next;
    for (const std::string_view name : names_) {
      if (!name.starts_with(words + " ")) continue;
      const std::string_view rest = name.substr(words.size() + 1);
      const std::string word(rest.substr(0, rest.find(' ')));
      if (next != word && !next.ends_with(", " + word)) next += (next.empty() ? "" : ", ") + word;
    }
    return Error{.code = ErrorCode::kUsage,
                 .message = "'" + words + "' needs one more word: " + next,
                 .hint = fmt::format("{} {} --help", program_.name, words)};
  }

  // `words`: those of a group of commands, with a blank behind; "": none.
  Error UnknownCommand(const std::string& words, const std::string& typed) const {
    // Of the next word alone: "lcoal" is near "local", not "local init", and "local foo" is near no "local load".
    std::vector<std::string_view> candidates;
    for (const std::string_view name : names_) {
      if (!name.starts_with(words)) continue;
      candidates.push_back(name.substr(words.size()));
      candidates.push_back(candidates.back().substr(0, candidates.back().find(' ')));
    }
    const auto nearest = Nearest(typed, candidates);
    return Error{.code = ErrorCode::kUsage,
                 .message = "there is no command '" + words + Printable(typed) + "'" +
                            (nearest ? "; did you mean '" + words + std::string(*nearest) + "'?" : ""),
                 .hint = fmt::format("{}{} --help lists the commands", program_.name,
                                     words.empty() ? "" : " " + words.substr(0, words.size() - 1))};
  }

  Exit RunChosen(bool is_default) {
    CLI::App app(Sentence(info_.summary),
                 std::string(program_.name) + (info_.name.empty() || is_default ? "" : " " + std::string(info_.name)));
    Define(app);
    if (split_.wants_help) {
      const bool whole_program = is_default && !info_.name.empty();
      if (whole_program) app.description("");
      const std::string flags = WithoutEmptyLines(app.help());
      context_.out << (whole_program ? ProgramHelp(program_, infos_, flags.substr(flags.find("\n\n") + 2)) : flags);
      return Exit::kOk;
    }
    if (auto parsed = Parse(app); !parsed) return output_.Failure(parsed.error());
    if (!context_.variables.empty()) NoteUnknownVariables();
    Invocation invocation{
        .context = context_, .output = output_, .options = {}, .notes = {}, .origins = {}, .config = {}};
    if (config_ != nullptr && config_->count() > 0) invocation.config = config_->as<std::string>();
    if (!invocation.config && config_ != nullptr) {
      invocation.config = context_.environment(EnvironmentName("config"));
      if (const auto blank = WhyBlank(invocation.config ? invocation.config->string() : "config")) {
        return output_.Failure(
            MakeError(ErrorCode::kUsage, "{}: {}: give one, or unset the variable", EnvironmentName("config"), *blank));
      }
    }
    if (command_->resolves_options()) {
      if (const auto exit = Resolve(invocation)) return *exit;
    }
    if (info_.drains_on_signal) {
      InstallStopSignals(context_.stop, info_.kind == CommandKind::kRun || info_.kind == CommandKind::kReindex);
    }
    if (invocation.options.deadline) {
      context_.stop.RequestAt(context_.clock, context_.clock.Elapsed() + *invocation.options.deadline);
    }
    running_ = true;
    return command_->Run(invocation);
  }

  void Define(CLI::App& app) {
    app.get_formatter()->column_width(36);
    app.get_formatter()->label("REQUIRED", "(required)");
    app.set_help_flag("-h,--help", "this text");
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    Flags flags(app);
    command_->Define(flags);
    for (CLI::Option* own : app.get_options()) own_.push_back(own);
    if (info_.kind != CommandKind::kPlain || !command_->resolves_options()) {
      config_ = app.add_option("--config", texts_.emplace_back(), "configuration file (JSON; comments are allowed)")
                    ->type_name("FILE")
                    ->check([](const std::string& value) { return WhyBlank(value).value_or(""); }, "");
      config_->group("Which VAMS");
    }
    for (const Setting& setting : AllSettings()) {
      if (!setting.ReadBy(info_.kind)) continue;
      const std::string_view flag = setting.FlagOf(info_.kind);
      if (std::ranges::find(info_.without_flags, flag) != info_.without_flags.end()) continue;
      const std::string name = "--" + std::string(flag);
      const std::string help(setting.help);
      CLI::Option* option =
          setting.form == TextForm::kSwitch
              ? app.add_flag(name, texts_.emplace_back(), help)
              : app.add_option(name, texts_.emplace_back(), help)->type_name(std::string(setting.metavar));
      option->group(std::string(setting.group));
      settings_.emplace_back(&setting, option);
    }
    app.add_flag("--version", wants_version_, "the version of this program");
    app.footer("\n" + Footer(program_, info_));
    app.allow_extras();
  }

  Status Parse(CLI::App& app) {
    TRY_ASSIGN(std::vector<std::string> args, FromEnvironment());
    TRY(AppendTyped(app, args));
    std::ranges::reverse(args);
    try {
      app.parse(args);
    } catch (const CLI::ArgumentMismatch& e) {
      return Usage(Reworded(e.what()), HelpHint());
    } catch (const CLI::ValidationError& e) {
      return Usage(Printable(e.what()), HelpHint());
    } catch (const CLI::ParseError& e) {
      // What is missing may well be what is misspelt.
      const auto extras = Extras(app);
      return Usage(extras.empty() ? Printable(e.what()) : Unexpected(app, extras.front()), HelpHint());
    }
    const auto extras = Extras(app);
    if (!extras.empty()) return Usage(Unexpected(app, extras.front()), HelpHint());
    return {};
  }

  // CLI11 hands the mark before operands on as if it were one of them.
  static std::vector<std::string> Extras(const CLI::App& app) {
    auto extras = app.remaining();
    if (const auto mark = std::ranges::find(extras, "--"); mark != extras.end()) extras.erase(mark);
    return extras;
  }

  // CLI11 gives a flag that lacks its value whatever comes next, be that another flag: `--profile= --dry-run` and
  // `--profile --dry-run` would be no dry run. Here the first is an empty value and the second an error.
  Status AppendTyped(const CLI::App& app, std::vector<std::string>& args) const {
    const std::vector<std::string>& typed = split_.rest;
    for (std::size_t i = 0; i < typed.size(); ++i) {
      if (typed[i] == "--") {
        args.insert(args.end(), typed.begin() + static_cast<std::ptrdiff_t>(i), typed.end());
        break;
      }
      const std::size_t equals = typed[i].find('=');
      const CLI::Option* option = FlagOf(app, typed[i]);
      const bool takes_value = option != nullptr && option->get_expected_max() > 0;
      const std::string name = typed[i].substr(0, equals);
      if (option == nullptr || (equals != std::string::npos && equals + 1 < typed[i].size())) {
        args.push_back(typed[i]);
      } else if (equals != std::string::npos) {
        if (!takes_value) return Usage(name + " needs a value after the '='", HelpHint());
        args.push_back(name);
        args.emplace_back();
      } else {
        args.push_back(name);
        if (!takes_value) continue;
        if (i + 1 == typed.size() || FlagOf(app, typed[i + 1]) != nullptr)
          return Usage(name + " needs a value", HelpHint());
        args.push_back(typed[++i]);
      }
    }
    return {};
  }

  static const CLI::Option* FlagOf(const CLI::App& app, const std::string& arg) {
    return arg.starts_with("--") && arg.size() > 2 ? app.get_option_no_throw(arg.substr(0, arg.find('='))) : nullptr;
  }

  // The variables of flags that are no settings; in front, so that what was typed comes after and counts.
  Result<std::vector<std::string>> FromEnvironment() const {
    std::vector<std::string> out;
    for (const CLI::Option* own : own_) {
      if (own->get_lnames().empty() || own->get_lnames().front() == "help") continue;
      const std::string flag = "--" + own->get_lnames().front();
      const std::string variable = EnvironmentName(own->get_lnames().front());
      const auto value = context_.environment(variable);
      const bool typed = std::ranges::any_of(
          split_.rest, [&](const std::string& arg) { return arg == flag || arg.starts_with(flag + "="); });
      if (!value || typed) continue;
      if (const auto blank = WhyBlank(*value)) {
        return Usage(fmt::format("{}: {}: give one, or unset the variable", variable, *blank), HelpHint());
      }
      out.push_back(flag + "=" + *value);
    }
    return out;
  }

  // A variable with a typing mistake would be a limit that is not heeded.
  void NoteUnknownVariables() {
    std::vector<std::string> known = {EnvironmentName("config")};
    for (const Setting& setting : AllSettings()) {
      known.push_back(EnvironmentName(setting.flag));
      if (!setting.reindex_flag.empty()) known.push_back(EnvironmentName(setting.reindex_flag));
    }
    for (const CommandFactory make : program_.commands) {
      const auto command = make();
      CLI::App app;
      Flags flags(app);
      command->Define(flags);
      for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back(EnvironmentName(name));
      }
    }
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    for (const std::string& variable : context_.variables) {
      if (std::ranges::find(known, variable) != known.end()) continue;
      const auto nearest = Nearest(variable, candidates);
      output_.Note("ignoring " + variable + ": no such setting" +
                   (nearest ? "; did you mean " + std::string(*nearest) + "?" : ""));
    }
  }

  std::string HelpHint() const {
    return fmt::format("{}{}{} --help", program_.name, info_.name.empty() ? "" : " ", info_.name);
  }

  // CLI11: "--limit: 1 required TEXT missing"
  static std::string Reworded(const std::string& what) {
    const std::size_t colon = what.find(':');
    return colon == std::string::npos ? Printable(what) : Printable(what.substr(0, colon)) + " needs a value";
  }

  std::string Unexpected(const CLI::App& app, const std::string& extra) const {
    const std::string where = info_.name.empty() ? std::string(program_.name) : "'" + std::string(info_.name) + "'";
    if (!extra.starts_with('-')) return "unexpected argument '" + Printable(extra) + "' of " + where;
    const std::string flag = extra.substr(0, extra.find('='));
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const auto nearest = Nearest(flag, candidates);
    return "unknown flag " + Printable(flag) + " of " + where +
           (nearest ? "; did you mean " + std::string(*nearest) + "?" : "");
  }

  std::optional<Exit> Resolve(Invocation& invocation) {
    OptionSources sources;
    sources.command = info_.kind;
    sources.environment = context_.environment;
    if (config_ != nullptr) sources.config = invocation.config;
    for (const auto& [setting, option] : settings_) {
      if (option->count() > 0) sources.flags.push_back({setting, option->as<std::string>()});
    }
    auto resolved = ResolveOptions(sources);
    if (!resolved) return output_.Failure(resolved.error());
    invocation.options = std::move(resolved->options);
    invocation.notes = std::move(resolved->notes);
    invocation.origins = std::move(resolved->origins);
    output_.SetFormat(invocation.options.output);
    if (!info_.logs_notes) {
      for (const std::string& note : invocation.notes) output_.Note(note);
    }
    return std::nullopt;
  }

  // A result that could not be written is no success.
  Exit Flushed(Exit exit) {
    context_.out.flush();
    if (context_.out.good() || exit != Exit::kOk) return exit;
    context_.err << "error: cannot write to standard output\n";
    return Exit::kDifferences;
  }

  const Program& program_;
  Context& context_;
  Output output_;
  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<CommandInfo> infos_;
  std::vector<std::string_view> names_;
  SplitArguments split_;
  Command* command_ = nullptr;
  CommandInfo info_;
  std::vector<CLI::Option*> own_;
  std::vector<std::pair<const Setting*, CLI::Option*>> settings_;
  CLI::Option* config_ = nullptr;
  std::deque<std::string> texts_;  // what CLI11 writes values into; their addresses stay
  bool wants_version_ = false;
  bool running_ = false;
};

}  // namespace

std::string_view WhyStopped(const Invocation& in) {
  return in.context.stop.overdue() ? "--deadline reached" : "interrupted before the end";
}

Exit Dispatch(const Program& program, const std::vector<std::string>& args, Context& context) {
  std::optional<Dispatcher> dispatcher;
  try {
    return dispatcher.emplace(program, args, context).Run();
  } catch (const std::bad_alloc&) {
    context.err << "error: out of memory\n";
  } catch (const std::exception& e) {
    context.err << "error: " << Printable(e.what()) << '\n';
  }
  // An exception is no verdict: what sends was cut off in the middle and can be resumed, the rest did nothing.
  return dispatcher && dispatcher->sends() ? Exit::kInterrupted : Exit::kCannotStart;
}

}  // namespace vams::cli
