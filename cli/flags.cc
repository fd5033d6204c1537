#include "cli/flags.h"

#include <CLI/App.hpp>

#include "config/pasted_text.h"

namespace vams::cli {
namespace {

// What CLI11 calls for each value that was given: the complaint, "" for none. An empty value is most often a variable
// of the shell that is not set; taken as "none given", it would widen what the command does.
std::string NotBlank(const std::string& value) { return WhyBlank(value).value_or(""); }

}  // namespace

void Flags::Switch(const std::string& flag, bool& to, const std::string& help) { app_.add_flag(flag, to, help); }

void Flags::Value(const std::string& flag, std::string& to, const std::string& metavar, const std::string& help) {
  app_.add_option(flag, to, help)->type_name(metavar)->check(NotBlank, "");
}

void Flags::Value(const std::string& flag, std::optional<std::string>& to, const std::string& metavar,
                  const std::string& help) {
  app_.add_option_function<std::string>(
          flag, [&to](const std::string& value) { to = value; }, help)
      ->type_name(metavar)
      ->check(NotBlank, "");
}

void Flags::FreeText(const std::string& flag, std::optional<std::string>& to, const std::string& metavar,
                     const std::string& help) {
  app_.add_option_function<std::string>(
          flag, [&to](const std::string& value) { to = value; }, help)
      ->type_name(metavar);
}

void Flags::OptionalFreeText(const std::string& name, std::string& to, const std::string& help) {
  app_.add_option(name, to, help)->type_name("");
}

void Flags::RequiredValue(const std::string& flag, std::string& to, const std::string& metavar,
                          const std::string& help) {
  app_.add_option(flag, to, help)->type_name(metavar)->required()->check(NotBlank, "");
}

void Flags::Values(const std::string& flag, std::vector<std::string>& to, const std::string& metavar,
                   const std::string& help) {
  app_.add_option(flag, to, help)
      ->type_name(metavar)
      ->allow_extra_args(false)
      ->check(NotBlank, "")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Flags::Argument(const std::string& name, std::string& to, const std::string& help) {
  app_.add_option(name, to, help)->type_name("")->required()->check(NotBlank, "");
}

void Flags::OptionalArgument(const std::string& name, std::string& to, const std::string& help) {
  app_.add_option(name, to, help)->type_name("")->check(NotBlank, "");
}

void Flags::Arguments(const std::string& name, std::vector<std::string>& to, const std::string& help) {
  app_.add_option(name, to, help)
      ->type_name("")
      ->required()
      ->check(NotBlank, "")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace vams::cli
