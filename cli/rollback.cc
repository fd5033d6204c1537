#include "run/phases/rollback.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"

namespace vams::cli {
namespace {

class RollbackCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "rollback",
            .summary = "remove _os_reindex_date from all assets; with --indexes also empty the two indexes",
            .example =
                "vams-migrate rollback --config prod.json --dry-run\n"
                "vams-migrate rollback --config prod.json\n"
                "vams-migrate rollback --config prod.json --indexes --yes vams-assets-v1 --yes vams-files-v1",
            .kind = CommandKind::kRollback,
            .drains_on_signal = true};
  }
  void Define(Flags& flags) override {
    flags.Switch("--to-null", to_null_, "set _os_reindex_date to null instead of removing it");
    flags.Switch("--indexes", indexes_, "then empty the asset index and the file index");
    flags.Switch("--delete", delete_, "with --indexes: delete the indexes instead of emptying them");
    flags.Values("--yes", yes_, "NAME", "with --indexes: the name of an index that may be emptied; once for each");
  }

  Exit Run(Invocation& in) override {
    if (delete_ && !indexes_) {
      return in.output.Failure(MakeError(ErrorCode::kUsage, "--delete works only together with --indexes"));
    }
    Console console(in, LogTo::kStandardError);
    auto deployment = OpenVams(in, {.indexes = indexes_}, &console.log());
    if (!deployment) return in.output.Failure(deployment.error());
    if (indexes_ && !in.options.dry_run) {
      if (const auto confirmed = Confirm(in, *deployment); !confirmed) return in.output.Failure(confirmed.error());
    }
    const auto result = RunRollback(in.options, to_null_ ? ClearTouch::kSetNull : ClearTouch::kRemove, *deployment,
                                    in.context.clock, console.log(), console.progress(), in.context.stop);
    if (!result) return in.output.Failure(result.error());
    nlohmann::ordered_json json = AsJson(*result, in.options.dry_run);
    PrintAssets(in, *result);
    if (indexes_ && !result->interrupted) {
      auto indexes = nlohmann::ordered_json::array();
      for (SearchIndex* index : {deployment->asset_index.get(), deployment->file_index.get()}) {
        auto done = Empty(in, *index);
        if (!done) return in.output.Failure(done.error());
        indexes.push_back(*std::move(done));
      }
      json["indexes"] = std::move(indexes);
    }
    in.output.Json(json);
    if (result->interrupted) return Exit::kInterrupted;
    return result->failed > 0 ? Exit::kDifferences : Exit::kOk;
  }

 private:
  // Nothing is done before both names were given.
  Status Confirm(Invocation& in, Deployment& deployment) const {
    for (const SearchIndex* index : {deployment.asset_index.get(), deployment.file_index.get()}) {
      if (Given(index->name())) continue;
      if (!in.context.in_is_terminal || in.output.json()) {
        return std::unexpected(MakeError(ErrorCode::kUsage, "emptying the index {} has to be confirmed", index->name())
                                   .WithHint("--yes " + index->name()));
      }
      in.output.Ask(
          fmt::format("Type the name of the index to {} ({}): ", delete_ ? "delete" : "empty", index->name()));
      std::string typed;
      std::getline(in.context.in, typed);
      if (typed != index->name()) {
        return Fail(ErrorCode::kUsage, "'{}' is not {}; nothing was changed", Printable(typed), index->name());
      }
    }
    return {};
  }

  bool Given(const std::string& name) const {
    return std::ranges::any_of(yes_, [&](const std::string& names) {
      const auto parts = Split(names, ',');
      return std::ranges::find(parts, name) != parts.end();
    });
  }

  Result<nlohmann::ordered_json> Empty(Invocation& in, SearchIndex& index) const {
    TRY_ASSIGN(const auto info, index.Describe());
    const std::uint64_t documents = info ? info->documents : 0;
    if (!in.options.dry_run && info) {
      if (delete_) {
        TRY(index.Drop());
      } else {
        TRY(index.Clear());
      }
    }
    const std::string_view done = delete_ ? "deleted" : "emptied";
    in.output.Line(!info ? fmt::format("Index {}: there is none", index.name())
                         : fmt::format("Index {}: {}{}, {} documents", index.name(),
                                       in.options.dry_run ? "would be " : "", done, Grouped(documents)));
    return nlohmann::ordered_json{{"name", index.name()}, {"existed", info.has_value()}, {"documents", documents}};
  }

  void PrintAssets(Invocation& in, const RollbackResult& result) const {
    const std::string_view done =
        to_null_ ? (in.options.dry_run ? "Would set _os_reindex_date to null on" : "Set _os_reindex_date to null on")
                 : (in.options.dry_run ? "Would remove _os_reindex_date from" : "Removed _os_reindex_date from");
    std::string line = fmt::format("{} {} of {} assets", done, Grouped(result.cleared), Grouped(result.scanned));
    if (result.gone > 0) line += ", " + Grouped(result.gone) + " gone meanwhile";
    if (result.failed > 0) line += ", " + Grouped(result.failed) + " failed";
    in.output.Line(line);
    if (result.interrupted) in.output.Line("Interrupted; the same command again goes on.");
  }

  static nlohmann::ordered_json AsJson(const RollbackResult& result, bool dry_run) {
    return {{"dry_run", dry_run},
            {"assets",
             {{"scanned", result.scanned},
              {"cleared", result.cleared},
              {"gone", result.gone},
              {"failed", result.failed},
              {"errors", result.first_failures}}},
            {"interrupted", result.interrupted}};
  }

  bool to_null_ = false;
  bool indexes_ = false;
  bool delete_ = false;
  std::vector<std::string> yes_;
};

}  // namespace

std::unique_ptr<Command> MakeRollback() { return std::make_unique<RollbackCommand>(); }

}  // namespace vams::cli
