#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/deployment.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

// Line and column of a byte, for a message.
std::string PlaceOf(const std::string& text, std::size_t byte) {
  const std::string_view before = std::string_view(text).substr(0, byte == 0 ? 0 : std::min(byte - 1, text.size()));
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::size_t start = before.rfind('\n');
  const std::string_view line = start == std::string_view::npos ? before : before.substr(start + 1);
  return fmt::format("{}:{}", lines + 1, CountCodePoints(line) + 1);
}

Result<std::string> ReadAll(const std::string& path, std::istream& in) {
  std::ostringstream text;
  if (path == "-") {
    text << in.rdbuf();
    return std::move(text).str();
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return Fail(ErrorCode::kUsage, "{} is a directory", Printable(path));
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorCode::kUsage, "cannot read {}: {}", Printable(path), std::strerror(errno));
  text << file.rdbuf();
  return std::move(text).str();
}

class LocalLoadCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "local load",
            .summary = "load a state: tables, buckets and objects as JSON",
            .example =
                "vams-migrate local load state.json --local my-vams\n"
                "The file is a state, or an object with one under \"state\", as tests/fixtures/golden/README.md says.",
            .kind = CommandKind::kLocal,
            .drains_on_signal = false,
            .logs_notes = false,
            .without_flags = {"compatibility", "progress"}};
  }
  void Define(Flags& flags) override { flags.Argument("FILE", file_, "the state; - reads standard input"); }

  Exit Run(Invocation& in) override {
    const auto text = ReadAll(file_, in.context.in);
    if (!text) return in.output.Failure(text.error());
    Json json;
    try {
      json = Json::parse(*text);
    } catch (const Json::parse_error& e) {
      return in.output.Failure(
          MakeError(ErrorCode::kUsage, "{}:{}: no valid JSON", Printable(file_), PlaceOf(*text, e.byte)));
    }
    const bool wrapped = json.is_object() && json.contains("state");
    const Json& state = wrapped ? json.at("state") : json;
    if (!state.is_object() || !state.contains("tables")) {
      return in.output.Failure(MakeError(
          ErrorCode::kUsage, "{}: expected an object with \"tables\", or one with \"state\"", Printable(file_)));
    }
    auto vams = OpenLocalVams(in);
    if (!vams) return in.output.Failure(vams.error());
    if (const auto loaded = (*vams)->LoadState(state); !loaded) {
      return in.output.Failure(Error(loaded.error()).In(Printable(file_)));
    }
    std::uint64_t items = 0;
    for (const auto& [name, table] : state.at("tables").items()) items += table.size();
    const std::uint64_t objects = state.contains("objects") ? state.at("objects").size() : 0;
    in.output.Line(fmt::format("Loaded {} items and {} objects", Grouped(items), Grouped(objects)));
    in.output.Json(Json{{"items", items}, {"objects", objects}});
    return Exit::kOk;
  }

 private:
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> MakeLocalLoad() { return std::make_unique<LocalLoadCommand>(); }

}  // namespace vams::cli
