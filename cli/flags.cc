#include "cli/flags.h"

#include <CLI/App.hpp>

namespace vams::cli {

void Flags::Switch(const std::string& flag, bool& to, const std::string& help) { app_.add_flag(flag, to, help); }

void Flags::Value(const std::string& flag, std::string& to, const std::string& metavar, const std::string& help) {
  app_.add_option(flag, to, help)->type_name(metavar);
}

void Flags::Value(const std::string& flag, std::optional<std::string>& to, const std::string& metavar,
                  const std::string& help) {
  app_.add_option_function<std::string>(
          flag, [&to](const std::string& value) { to = value; }, help)
      ->type_name(metavar);
}

void Flags::RequiredValue(const std::string& flag, std::string& to, const std::string& metavar,
                          const std::string& help) {
  app_.add_option(flag, to, help)->type_name(metavar)->required();
}

void Flags::Values(const std::string& flag, std::vector<std::string>& to, const std::string& metavar,
                   const std::string& help) {
  app_.add_option(flag, to, help)
      ->type_name(metavar)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Flags::Argument(const std::string& name, std::string& to, const std::string& help) {
  app_.add_option(name, to, help)->type_name("")->required();
}

void Flags::OptionalArgument(const std::string& name, std::string& to, const std::string& help) {
  app_.add_option(name, to, help)->type_name("");
}

void Flags::Arguments(const std::string& name, std::vector<std::string>& to, const std::string& help) {
  app_.add_option(name, to, help)->type_name("")->required()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace vams::cli
