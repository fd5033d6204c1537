#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "run/state/earlier_runs.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

Json AsJson(const RunSummary& run) {
  Json json{{"run_id", run.id}, {"state", run.state}, {"running", run.running}, {"resumable", run.resumable}};
  if (run.error) json["error"] = run.error->message;
  if (!run.error) json["begun"] = FormatIsoSeconds(run.created);
  if (!run.replay_of.empty()) json["replay_of"] = run.replay_of;
  if (run.assets) json["assets"] = {{"touched", run.assets->touched}, {"failed", run.assets->failed}};
  if (run.files) json["files"] = {{"published", run.files->published}, {"failed", run.files->failed}};
  return json;
}

std::string AsLine(const RunSummary& run) {
  std::string line = fmt::format("{:<16}  {}", run.id, run.error ? run.error->message : run.state);
  if (run.assets) line += fmt::format(" | {} assets touched", Grouped(run.assets->touched));
  if (run.files) line += fmt::format(" | {} files sent", Grouped(run.files->published));
  const std::uint64_t failed = (run.assets ? run.assets->failed : 0) + (run.files ? run.files->failed : 0);
  if (failed > 0) line += fmt::format(" | {} failed", Grouped(failed));
  return line;
}

class RunsCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "runs",
            .summary = "list the runs of a state directory: what they did and whether they can be resumed",
            .example =
                "vams-migrate runs\n"
                "vams-migrate runs --state-dir /var/lib/vams-migrate --output json",
            .kind = CommandKind::kRuns};
  }

  Exit Run(Invocation& in) override {
    const auto runs = ListRuns(in.options.state_dir);
    if (!runs) return in.output.Failure(runs.error());
    Json list = Json::array();
    for (const RunSummary& run : *runs) {
      in.output.Line(AsLine(run));
      list.push_back(AsJson(run));
    }
    if (runs->empty()) in.output.Note("there is no run yet");
    const bool resumable = std::ranges::any_of(*runs, &RunSummary::resumable);
    if (resumable) in.output.Note("`vams-migrate resume RUN` resumes one that was stopped; `latest` is the newest");
    in.output.Json({{"runs", std::move(list)}});
    return Exit::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeRuns() { return std::make_unique<RunsCommand>(); }

}  // namespace vams::cli
