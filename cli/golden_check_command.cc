#include "cli/golden_check_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "backends/local.h"
#include "backends/open.h"
#include "cli/golden_check.h"
#include "index/definitions.h"

namespace vams::cli {
namespace {

// Embedded VAMSes one after the other, each in a directory of its own, which goes when the next one is made.
class FreshVams {
 public:
  explicit FreshVams(Clock& clock) : clock_(clock) {}
  ~FreshVams() { Remove(); }
  FreshVams(const FreshVams&) = delete;
  FreshVams& operator=(const FreshVams&) = delete;

  Result<GoldenVams> Make(const nlohmann::ordered_json& state) {
    Remove();
    std::string pattern = (Parent() / "golden-check-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      return Fail(ErrorCode::kIo, "cannot make a directory in {}", Parent().string());
    }
    directory_ = pattern;
    LocalInit init;
    init.scratch = true;
    init.asset_index_definition = AssetIndexDefinition();
    init.file_index_definition = FileIndexDefinition();
    TRY(LocalVams::Init(directory_, init));
    {
      TRY_ASSIGN(const auto local, LocalVams::Open(directory_, clock_));
      TRY(local->LoadState(state));
    }
    TRY_ASSIGN(deployment_, OpenDeployment({.local_directory = directory_}, clock_));
    return GoldenVams{
        .source = {*deployment_->assets, *deployment_->buckets, *deployment_->side_tables, *deployment_->objects},
        .asset_index = *deployment_->asset_index,
        .file_index = *deployment_->file_index};
  }

 private:
  // What is made here lives for milliseconds, so memory is the better place where there is any.
  static std::filesystem::path Parent() {
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory, ignored) ? memory : std::filesystem::temp_directory_path();
  }

  void Remove() {
    deployment_.reset();
    std::error_code ignored;
    if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
    directory_.clear();
  }

  Clock& clock_;
  std::string directory_;
  std::optional<Deployment> deployment_;
};

class GoldenCheck final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "",
            .summary = "Runs golden cases of the indexers and prints each difference",
            .example = "golden-check tests/fixtures/golden/asset_cases.jsonl tests/fixtures/golden/file_cases.jsonl"};
  }

  void Define(Flags& flags) override { flags.Arguments("FILE", files_, "files of cases, one JSON object a line"); }

  Exit Run(Invocation& invocation) override {
    FreshVams vams(invocation.context.clock);
    const auto make = [&](const nlohmann::ordered_json& state) { return vams.Make(state); };
    GoldenCounts sum;
    for (const std::string& file : files_) {
      const auto counts =
          RunGoldenFile(file, make, invocation.output.json() ? invocation.output.err() : invocation.output.out());
      if (!counts) return invocation.output.Failure(counts.error(), Exit::kUsage);
      sum.passed += counts->passed;
      sum.failed += counts->failed;
    }
    invocation.output.Line(fmt::format("{} passed, {} failed", sum.passed, sum.failed));
    invocation.output.Json({{"passed", sum.passed}, {"failed", sum.failed}});
    return sum.failed == 0 ? Exit::kOk : Exit::kDifferences;
  }

 private:
  std::vector<std::string> files_;
};

}  // namespace

std::unique_ptr<Command> MakeGoldenCheck() { return std::make_unique<GoldenCheck>(); }

}  // namespace vams::cli
