#include "run/preflight/doctor.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"

namespace vams::cli {
namespace {

using State = DoctorCheck::State;

class DoctorCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "doctor",
            .summary = "check everything that a run needs, one line each with its fix; changes nothing",
            .example = "vams-migrate doctor --config prod.json",
            .kind = CommandKind::kDoctor,
            .drains_on_signal = true};
  }

  Exit Run(Invocation& in) override {
    Console console(in, LogTo::kStandardError);
    auto listed = nlohmann::ordered_json::array();
    const auto tell = [&](const DoctorCheck& check) {
      Print(in.output, check);
      listed.push_back(AsJson(check));
    };
    std::size_t failed = 0;
    auto deployment =
        OpenVams(in, {.indexes = true, .documents = true, .streams = VamsNeeds::Streams::kAll, .tolerant = true},
                 &console.log());
    if (!deployment) {
      const Error& error = deployment.error();
      tell({.name = in.options.local ? "embedded VAMS" : "AWS settings",
            .state = State::kFailed,
            .detail = error.message,
            .fix = error.hint});
      tell({.name = "everything else", .state = State::kUnknown, .detail = "not looked at: it needs the above"});
      failed = 1;
    } else {
      const auto checks = RunDoctor(in.options, *deployment, in.context.stop, tell);
      failed = static_cast<std::size_t>(
          std::ranges::count_if(checks, [](const DoctorCheck& c) { return c.state == State::kFailed; }));
    }
    in.output.Line(failed == 0   ? std::string("A run can start.")
                   : failed == 1 ? std::string("1 check failed. Fix it before a run.")
                                 : fmt::format("{} checks failed. Fix them before a run.", failed));
    in.output.Json({{"ok", failed == 0}, {"checks", std::move(listed)}});
    if (in.context.stop.requested()) return Exit::kInterrupted;
    return failed > 0 ? Exit::kCannotStart : Exit::kOk;
  }

 private:
  static void Print(Output& output, const DoctorCheck& check) {
    output.Line(
        fmt::format("{:<8}  {}: {}", DoctorStateName(check.state), Printable(check.name), Printable(check.detail)));
    if (!check.fix.empty()) output.Line("          fix: " + Printable(check.fix));
  }

  static nlohmann::ordered_json AsJson(const DoctorCheck& check) {
    nlohmann::ordered_json out{
        {"check", check.name}, {"state", DoctorStateName(check.state)}, {"detail", check.detail}};
    if (!check.fix.empty()) out["fix"] = check.fix;
    return out;
  }
};

}  // namespace

std::unique_ptr<Command> MakeDoctor() { return std::make_unique<DoctorCommand>(); }

}  // namespace vams::cli
