#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace vams::cli {

// The flags and arguments of one command, beside the settings. What is bound has to live until the command has run; it
// keeps its value where nothing is given. Of a flag that is given twice the last one counts. A value that is empty, or
// nothing but blanks and quotes, is refused by the name of its flag or argument.
class Flags {
 public:
  explicit Flags(CLI::App& app) : app_(app) {}

  void Switch(const std::string& flag, bool& to, const std::string& help);
  void Value(const std::string& flag, std::string& to, const std::string& metavar, const std::string& help);
  void Value(const std::string& flag, std::optional<std::string>& to, const std::string& metavar,
             const std::string& help);
  // A text for people, which may be empty.
  void FreeText(const std::string& flag, std::optional<std::string>& to, const std::string& metavar,
                const std::string& help);
  // The same as an argument that may be left out, such as an expression to search for: a quote may be all of it.
  void OptionalFreeText(const std::string& name, std::string& to, const std::string& help);
  void RequiredValue(const std::string& flag, std::string& to, const std::string& metavar, const std::string& help);
  // Every one that is given.
  void Values(const std::string& flag, std::vector<std::string>& to, const std::string& metavar,
              const std::string& help);

  // By place, in the order of the calls. `name` as in --help and in complaints.
  void Argument(const std::string& name, std::string& to, const std::string& help);
  void OptionalArgument(const std::string& name, std::string& to, const std::string& help);
  void Arguments(const std::string& name, std::vector<std::string>& to, const std::string& help);  // one or more

 private:
  CLI::App& app_;
};

}  // namespace vams::cli
