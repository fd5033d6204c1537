#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/secret.h"

namespace vams {

// One `key = value`. Every value is a Secret, because a file of keys holds both kinds and a message must show neither.
struct IniSetting {
  Secret value{};                         // "" where a block follows
  std::map<std::string, Secret> block{};  // the indented `key = value` lines below `key =`
  int line = 0;                           // from 1
};

struct IniSection {
  std::string name;  // between the brackets, as written, without white space around it
  int line = 0;
  std::map<std::string, IniSetting> settings{};  // keys in lower case
};

// Reads the dialect of ~/.aws/config as the AWS command line does (Python's RawConfigParser): `#` and `;` begin
// comments where a line begins, nowhere else; `=` or `:` ends a key; a line that is indented deeper than its key goes
// on with the key's value; a section or key that comes twice is an error. kUsage with "file:line: why" in front and
// nothing of the line itself: it may hold a secret.
Result<std::vector<IniSection>> ParseIni(std::string_view text, std::string_view file);

}  // namespace vams
