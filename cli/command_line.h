#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vams::cli {

// What stands where on the command line, before the flags of the chosen command are known.
struct SplitArguments {
  std::vector<std::string> words;    // of the command: {"local", "import"}; empty: none given
  std::vector<std::string> rest;     // everything else, in order
  std::optional<std::string> stray;  // the first word that no command starts with, where a command was looked for
  bool wants_help = false;
  bool wants_version = false;
};

// `commands`: the names of all commands. A command's words may stand anywhere between the flags: `--config F verify`.
SplitArguments SplitCommandLine(const std::vector<std::string>& args, const std::vector<std::string_view>& commands);

}  // namespace vams::cli
