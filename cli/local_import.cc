#include "local/local_import.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/deployment.h"

namespace vams::cli {
namespace {

constexpr std::size_t kListed = 10;

class LocalImportCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "local import",
            .summary = "import a folder: each folder in it becomes an asset, its files the asset's files",
            .example =
                "vams-migrate local import models/ --database models --local my-vams\n"
                "vams-migrate local import scans/ --database scans --bucket scans --prefix 2024/ --tags lidar,hall \\\n"
                "    --local my-vams\n"
                "vams-migrate --local my-vams    # index what was imported",
            .kind = CommandKind::kLocal,
            .drains_on_signal = true,
            .logs_notes = false,
            .without_flags = {"compatibility"}};
  }
  void Define(Flags& flags) override {
    flags.Argument("PATH", path_, "the folder");
    flags.RequiredValue("--database", database_, "ID", "database of the assets; made if missing");
    flags.Value("--bucket", bucket_, "NAME", "bucket of the files; made if missing (default: vams-assets)");
    flags.FreeText("--prefix", prefix_, "TEXT", "start of every key (default: none)");
    flags.FreeText("--tags", tags_, "TAGS", "tags of every asset: a,b");
    flags.Switch("--copy", copy_, "keep a copy of the files; without it they are read where they are");
  }

  Exit Run(Invocation& in) override {
    auto place = MakeLocalBucketPlace(bucket_, prefix_.value_or(""));
    if (!place) return in.output.Failure(place.error());
    ImportRequest request{.folder = path_, .database = database_, .place = *place, .tags = std::nullopt, .copy = copy_};
    if (tags_) request.tags = SplitTags(*tags_);
    auto vams = OpenLocalVams(in);
    if (!vams) return in.output.Failure(vams.error());
    auto deployment = OpenVams(in, {});
    if (!deployment) return in.output.Failure(deployment.error());
    const auto plan = PlanImport(request);
    if (!plan) return in.output.Failure(plan.error());
    Console console(in, LogTo::kStandardError);
    const auto result =
        RunImport(request, *plan, **vams, *deployment->buckets, in.context.clock, console.progress(), in.context.stop);
    if (!result) return in.output.Failure(result.error());
    Print(in.output, request, *plan, *result);
    return result->interrupted ? Exit::kInterrupted : Exit::kOk;
  }

 private:
  static void Print(Output& output, const ImportRequest& request, const ImportPlan& plan, const ImportResult& result) {
    for (std::size_t i = 0; i < std::min(plan.passed_over.size(), kListed); ++i) {
      output.Note("not imported: " + plan.passed_over[i].path + " (" + plan.passed_over[i].reason + ")");
    }
    if (plan.passed_over.size() > kListed) {
      output.Note(fmt::format("not imported: {} more", Grouped(plan.passed_over.size() - kListed)));
    }
    if (result.left_pending) {
      output.Note("other changes wait to be indexed, so the imported assets will be indexed with them");
    }
    output.Line(
        fmt::format("Imported {} new assets, {} updated, with {} files ({} bytes{}) into database {}, bucket {}{}",
                    Grouped(result.new_assets), Grouped(result.updated_assets), Grouped(result.files),
                    Grouped(result.bytes), request.copy ? ", copied" : "", request.database, request.place.bucket,
                    request.place.prefix == "/" ? "" : ", prefix " + Printable(request.place.prefix)));
    if (!plan.passed_over.empty()) {
      output.Line(
          fmt::format("Not imported: {} entries that are no file of an asset", Grouped(plan.passed_over.size())));
    }
    if (result.interrupted) output.Line("Interrupted; the same command again completes it.");
    auto passed_over = nlohmann::ordered_json::array();
    for (const PassedOver& one : plan.passed_over) passed_over.push_back({{"path", one.path}, {"reason", one.reason}});
    output.Json(nlohmann::ordered_json{{"database", request.database},
                                       {"bucket", request.place.bucket},
                                       {"prefix", request.place.prefix},
                                       {"bucket_id", result.bucket_id},
                                       {"new_assets", result.new_assets},
                                       {"updated_assets", result.updated_assets},
                                       {"files", result.files},
                                       {"bytes", result.bytes},
                                       {"copied", request.copy},
                                       {"not_imported", std::move(passed_over)},
                                       {"interrupted", result.interrupted}});
  }

  std::string path_;
  std::string database_;
  std::string bucket_ = "vams-assets";
  std::optional<std::string> prefix_;  // "": a record without one
  std::optional<std::string> tags_;
  bool copy_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeLocalImport() { return std::make_unique<LocalImportCommand>(); }

}  // namespace vams::cli
