#include "cli/command_line.h"

#include <algorithm>

#include "config/settings.h"

namespace vams::cli {
namespace {

// Whether the flag takes the next argument. A flag of one command alone is not known here: it is taken to have a value
// unless what follows is a flag, or a word that goes on with the command.
enum class Takes { kNothing, kValue, kUnknown };

Takes ValueOf(const std::string& arg) {
  if (arg.find('=') != std::string::npos || arg == "--help" || arg == "-h" || arg == "--version") {
    return Takes::kNothing;
  }
  if (!arg.starts_with("--")) return Takes::kUnknown;
  const std::string_view name = std::string_view(arg).substr(2);
  if (name == "config") return Takes::kValue;
  const Setting* setting = FindSettingByFlag(name);
  if (setting == nullptr) return Takes::kUnknown;
  return setting->form == TextForm::kSwitch ? Takes::kNothing : Takes::kValue;
}

std::string Joined(const std::vector<std::string>& words, const std::string& next) {
  std::string out;
  for (const std::string& word : words) out += word + " ";
  return out + next;
}

bool GoesOn(const std::vector<std::string>& words, const std::string& next,
            const std::vector<std::string_view>& commands) {
  const std::string start = Joined(words, next);
  return std::ranges::any_of(commands,
                             [&](std::string_view name) { return name == start || name.starts_with(start + " "); });
}

}  // namespace

SplitArguments SplitCommandLine(const std::vector<std::string>& args, const std::vector<std::string_view>& commands) {
  SplitArguments out;
  bool looking = !(commands.size() == 1 && commands.front().empty());
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "--") {
      out.rest.insert(out.rest.end(), args.begin() + static_cast<std::ptrdiff_t>(i), args.end());
      break;
    }
    if (arg.size() > 1 && arg.starts_with('-')) {
      out.wants_help = out.wants_help || arg == "--help" || arg == "-h";
      out.wants_version = out.wants_version || arg == "--version";
      out.rest.push_back(arg);
      const Takes takes = ValueOf(arg);
      const bool has_next = i + 1 < args.size();
      if (has_next &&
          (takes == Takes::kValue || (takes == Takes::kUnknown && looking && args[i + 1] != "--" &&
                                      !args[i + 1].starts_with('-') && !GoesOn(out.words, args[i + 1], commands)))) {
        out.rest.push_back(args[++i]);
      }
      continue;
    }
    if (looking && GoesOn(out.words, arg, commands)) {
      out.words.push_back(arg);
      continue;
    }
    if (looking && !out.stray) out.stray = arg;
    looking = false;
    out.rest.push_back(arg);
  }
  return out;
}

}  // namespace vams::cli
