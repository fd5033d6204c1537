#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/exit.h"
#include "config/config_file.h"
#include "config/options.h"

namespace vams::cli {

// Where results go. In JSON form standard output gets one object in all, written by Json() or by a failure; what
// people read goes to standard error then. One thread at a time.
class Output {
 public:
  Output(std::ostream& out, std::ostream& err, OutputFormat format) : out_(out), err_(err), format_(format) {}

  void SetFormat(OutputFormat format) { format_ = format; }
  bool json() const { return format_ == OutputFormat::kJson; }
  std::ostream& out() { return out_; }
  std::ostream& err() { return err_; }

  // A line of the result, made Printable; nothing in JSON form.
  void Line(std::string_view text);
  // Several lines of this program's own, such as a template, or JSON in PrintableJson's form: as they are.
  void Text(std::string_view text);
  // The result; nothing in text form.
  void Json(const nlohmann::ordered_json& result);
  // A question on standard error, without an end of line.
  void Ask(std::string_view text);
  // "note: ..." on standard error.
  void Note(std::string_view text);

  // "error: ..." and, where there is one, "hint: ..." on standard error, and in JSON form an object with `error` on
  // standard output. Gives back the exit code for it.
  Exit Failure(const Error& error);
  Exit Failure(const Error& error, Exit exit);
  // The same of every mistake at once.
  Exit Failure(const std::vector<ConfigMistake>& mistakes);

 private:
  std::ostream& out_;
  std::ostream& err_;
  OutputFormat format_;
};

}  // namespace vams::cli
