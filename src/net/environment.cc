#include "net/environment.h"

#include <unistd.h>

#include <algorithm>

extern "C" char** environ;

namespace vams {
namespace {

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

Environment Environment::OfProcess() {
  Environment result;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view assignment(*at);
    const std::size_t equals = assignment.find('=');
    if (equals == 0 || equals == std::string_view::npos) continue;
    result.Set(std::string(assignment.substr(0, equals)), std::string(assignment.substr(equals + 1)));
  }
  return result;
}

std::vector<std::string> Environment::Assignments() const {
  std::vector<std::string> result;
  result.reserve(variables_.size());
  for (const auto& [name, value] : variables_) result.push_back(name + "=" + value);
  return result;
}

std::string ExpandPath(std::string_view path, const Environment& environment) {
  std::string out;
  std::size_t at = 0;
  if (path == "~" || path.starts_with("~/")) {
    const std::string* home = environment.Find("HOME");
    out = home ? *home : "~";
    at = 1;
  }
  while (at < path.size()) {
    if (path[at] != '$') {
      out.push_back(path[at++]);
      continue;
    }
    const bool braced = at + 1 < path.size() && path[at + 1] == '{';
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < path.size() && IsNameByte(path[end])) ++end;
    const bool closed = !braced || (end < path.size() && path[end] == '}');
    const std::string* value = closed ? environment.Find(path.substr(begin, end - begin)) : nullptr;
    const std::size_t after = std::min(path.size(), braced && closed ? end + 1 : end);
    out += value ? *value : std::string(path.substr(at, after - at));
    at = after;
  }
  return out;
}

}  // namespace vams
