#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vams {

// The environment variables as they were at one moment, passed in as a value: nothing below the program's start asks
// the process. Variables may hold secrets, so there is no way to print all of them.
class Environment {
 public:
  Environment() = default;
  Environment(std::initializer_list<std::pair<const std::string, std::string>> variables) : variables_(variables) {}
  static Environment OfProcess();

  // nullptr where the variable is unset or empty: an empty AWS_PROFILE= is how people take a setting back.
  const std::string* Find(std::string_view name) const {
    const auto found = variables_.find(name);
    return found == variables_.end() || found->second.empty() ? nullptr : &found->second;
  }
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  void Set(std::string name, std::string value) { variables_.insert_or_assign(std::move(name), std::move(value)); }
  // NAME=value, for starting other programs.
  std::vector<std::string> Assignments() const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

// "~/x" and "$NAME/x" and "${NAME}/x" as the AWS command line does it for names of files; what cannot be replaced
// stays.
std::string ExpandPath(std::string_view path, const Environment& environment);

}  // namespace vams
