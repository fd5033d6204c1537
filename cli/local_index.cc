#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"
#include "run/indexing/indexing_wait.h"
#include "run/migration.h"

namespace vams::cli {
namespace {

class LocalIndexCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "local index",
            .summary = "index what waits in the stream and the queue, then end",
            .example =
                "vams-migrate local add file models duck new.obj --local my-vams\n"
                "vams-migrate local index --local my-vams",
            .kind = CommandKind::kLocal,
            .drains_on_signal = true};
  }

  Exit Run(Invocation& in) override {
    auto deployment = OpenVams(in, {});
    if (!deployment) return in.output.Failure(deployment.error());
    const auto waiting = ReadBacklog(*deployment);
    if (!waiting) return in.output.Failure(waiting.error());
    Console console(in, LogTo::kStandardError);
    const auto drained = RunPendingIndexing(in.options, *deployment, in.context.clock, console.log(),
                                            console.progress(), in.context.stop);
    if (!drained) return in.output.Failure(drained.error());
    const auto left = ReadBacklog(*deployment);
    if (!left) return in.output.Failure(left.error());
    in.output.Line(fmt::format("Indexed {} changes and {} file events; {} left",
                               Grouped(Less(waiting->changes, left->changes)),
                               Grouped(Less(waiting->events, left->events)), Grouped(left->total())));
    in.output.Json(nlohmann::ordered_json{{"changes", Less(waiting->changes, left->changes)},
                                          {"events", Less(waiting->events, left->events)},
                                          {"left", left->total()}});
    if (in.context.stop.requested()) return Exit::kInterrupted;
    return *drained ? Exit::kOk : Exit::kDifferences;
  }

 private:
  // Others may have added meanwhile.
  static std::uint64_t Less(std::uint64_t before, std::uint64_t after) { return before > after ? before - after : 0; }
};

}  // namespace

std::unique_ptr<Command> MakeLocalIndex() { return std::make_unique<LocalIndexCommand>(); }

}  // namespace vams::cli
