#include <nlohmann/json.hpp>

#include "backends/local.h"
#include "base/text.h"
#include "cli/commands.h"
#include "index/definitions.h"

namespace vams::cli {
namespace {

class LocalInitCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "local init",
            .summary = "make an empty embedded VAMS in a new or empty directory",
            .example =
                "vams-migrate local init my-vams\n"
                "vams-migrate local import models/ --database models --local my-vams\n"
                "vams-migrate --local my-vams",
            .kind = CommandKind::kPlain};
  }
  void Define(Flags& flags) override { flags.OptionalArgument("DIR,--local", directory_, "where; made if missing"); }
  Exit Run(Invocation& in) override {
    if (directory_.empty()) {
      return in.output.Failure(MakeError(ErrorCode::kUsage, "in which directory? vams-migrate local init DIR")
                                   .WithHint("vams-migrate local init --help"));
    }
    LocalInit init;
    init.asset_index_definition = AssetIndexDefinition();
    init.file_index_definition = FileIndexDefinition();
    const auto made = LocalVams::Init(directory_, init);
    if (!made) return in.output.Failure(made.error());
    in.output.Line("Made an empty VAMS in " + Printable(directory_));
    in.output.Json(nlohmann::ordered_json{
        {"directory", directory_}, {"asset_index", init.asset_index_name}, {"file_index", init.file_index_name}});
    return Exit::kOk;
  }

 private:
  std::string directory_;
};

}  // namespace

std::unique_ptr<Command> MakeLocalInit() { return std::make_unique<LocalInitCommand>(); }

}  // namespace vams::cli
