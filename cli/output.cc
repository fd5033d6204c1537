#include "cli/output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable_json.h"
#include "base/text.h"

namespace vams::cli {
namespace {

// JSON text must be UTF-8, also of a path or a key that is not.
constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;

std::string HintFor(const std::vector<ConfigMistake>& mistakes) {
  const bool names = std::ranges::any_of(
      mistakes, [](const ConfigMistake& m) { return m.message.starts_with("Please set the ") && m.key != "local"; });
  return names ? "an embedded VAMS needs no names: --local DIR (`vams-migrate local init DIR` makes one to try things "
                 "on); "
                 "`vams-migrate --help` lists the commands"
               : "";
}

}  // namespace

Exit ExitFor(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kUsage:
    case ErrorCode::kTooLarge: return Exit::kUsage;
    case ErrorCode::kCancelled: return Exit::kInterrupted;
    case ErrorCode::kNotFound:
    case ErrorCode::kPrecondition:
    case ErrorCode::kConflict:
    case ErrorCode::kBusy:
    case ErrorCode::kThrottled:
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
    case ErrorCode::kAccessDenied:
    case ErrorCode::kExpired:
    case ErrorCode::kNoSpace:
    case ErrorCode::kReadOnly:
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
    case ErrorCode::kBadReply:
    case ErrorCode::kUnknown: return Exit::kCannotStart;
  }
  return Exit::kCannotStart;
}

void Output::Line(std::string_view text) {
  if (!json()) out_ << Printable(text) << '\n';
}

void Output::Text(std::string_view text) { out_ << text; }

void Output::Json(const nlohmann::ordered_json& result) {
  if (json()) out_ << PrintableJson(result.dump(2, ' ', false, kReplace)) << '\n';
}

void Output::Ask(std::string_view text) { err_ << Printable(text) << std::flush; }

void Output::Note(std::string_view text) { err_ << "note: " << Printable(text) << '\n'; }

Exit Output::Failure(const Error& error) { return Failure(error, ExitFor(error.code)); }

Exit Output::Failure(const Error& error, Exit exit) {
  err_ << "error: " << Printable(error.message) << '\n';
  if (!error.hint.empty()) err_ << "hint: " << Printable(error.hint) << '\n';
  nlohmann::ordered_json object;
  object["code"] = ErrorCodeName(error.code);
  object["message"] = Printable(error.message);
  if (!error.hint.empty()) object["hint"] = Printable(error.hint);
  Json({{"error", std::move(object)}});
  return exit;
}

Exit Output::Failure(const std::vector<ConfigMistake>& mistakes) {
  for (const ConfigMistake& mistake : mistakes) err_ << "error: " << Printable(FormatMistake(mistake)) << '\n';
  const std::string hint = HintFor(mistakes);
  if (!hint.empty()) err_ << "hint: " << hint << '\n';
  auto listed = nlohmann::ordered_json::array();
  for (const ConfigMistake& mistake : mistakes) {
    nlohmann::ordered_json one;
    one["source"] = mistake.source.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(mistake.source);
    one["line"] = mistake.at ? nlohmann::ordered_json(mistake.at->line) : nlohmann::ordered_json(nullptr);
    one["column"] = mistake.at ? nlohmann::ordered_json(mistake.at->column) : nlohmann::ordered_json(nullptr);
    one["key"] = mistake.key.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(mistake.key);
    one["message"] = mistake.message;
    listed.push_back(std::move(one));
  }
  nlohmann::ordered_json object;
  object["code"] = ErrorCodeName(ErrorCode::kUsage);
  object["message"] = mistakes.empty() ? "" : FormatMistake(mistakes.front());
  if (!hint.empty()) object["hint"] = hint;
  object["mistakes"] = std::move(listed);
  Json({{"error", std::move(object)}});
  return Exit::kUsage;
}

}  // namespace vams::cli
