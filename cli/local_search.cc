#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/deployment.h"
#include "cli/index_choice.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string TextOf(const Json& document, const char* field) {
  return document.is_object() && document.contains(field) && document.at(field).is_string()
             ? document.at(field).get<std::string>()
             : "";
}

class LocalSearchCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "local search",
            .summary = "search the asset or the file index",
            .example =
                "vams-migrate local search files 'duck*' --local my-vams\n"
                "All words must be in a document; a word that ends in * may be the start of one.",
            .kind = CommandKind::kLocal,
            .drains_on_signal = false,
            .logs_notes = false,
            .without_flags = {"compatibility", "progress"}};
  }
  void Define(Flags& flags) override {
    flags.Argument("INDEX", index_, "assets or files");
    flags.OptionalFreeText("QUERY", query_, "the words to find; none or *: everything");
    flags.Value("--limit", limit_, "N", "show at most N (default: 10)");
  }

  Exit Run(Invocation& in) override {
    std::uint64_t limit = 0;
    const auto [stopped, error] = std::from_chars(limit_.data(), limit_.data() + limit_.size(), limit);
    if (error != std::errc{} || stopped != limit_.data() + limit_.size() || limit == 0 || limit > 10'000) {
      return in.output.Failure(
          MakeError(ErrorCode::kUsage, "--limit: expected a whole number from 1 to 10,000, found '{}'", limit_));
    }
    auto deployment = OpenVams(in, {});
    if (!deployment) return in.output.Failure(deployment.error());
    const auto index = ChooseIndex(*deployment, index_);
    if (!index) return in.output.Failure(index.error());
    const auto found = (*index)->Search(query_, ItemCount{limit});
    if (!found) return in.output.Failure(found.error());
    auto hits = Json::array();
    for (const IndexHit& hit : found->hits) {
      const Json document = Json::parse(hit.body, nullptr, false);
      const std::string name = TextOf(document, "str_assetname");
      in.output.Line(Printable(hit.id) + (name.empty() ? "" : "  (" + Printable(name) + ")"));
      hits.push_back({{"id", hit.id}, {"document", document.is_discarded() ? Json(hit.body) : document}});
    }
    in.output.Line(fmt::format("{} found", Grouped(found->total)));
    in.output.Json(Json{{"total", found->total}, {"hits", std::move(hits)}});
    return Exit::kOk;
  }

 private:
  std::string index_;
  std::string query_;
  std::string limit_ = "10";
};

}  // namespace

std::unique_ptr<Command> MakeLocalSearch() { return std::make_unique<LocalSearchCommand>(); }

}  // namespace vams::cli
