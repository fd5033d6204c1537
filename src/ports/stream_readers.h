#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vams {

// A function of others that reads the changes of one table.
struct StreamReader {
  std::string function{};
  std::string table{};
  bool reads = true;          // false: it was switched off
  std::string last_result{};  // of its last batch, in the service's words: "OK", "PROBLEM: Function call failed"
  // How old the oldest change was that it took in the last minutes in which it took any; nullopt: it took none in the
  // last hour. An error: that cannot be told, the list can.
  Result<std::optional<Duration>> behind = std::nullopt;
};

// Tells who indexes what is written into the tables, and how far behind that is. Safe for concurrent calls.
class StreamReaders {
 public:
  virtual ~StreamReaders() = default;

  // Every reader of the changes of `table`; a function that reads several tables is told of for each. An error: it
  // cannot be told who reads.
  virtual Result<std::vector<StreamReader>> Of(const std::string& table) = 0;
  // The tables whose changes are indexed, as `Of` takes them.
  virtual const std::vector<std::string>& tables() const = 0;
};

}  // namespace vams
