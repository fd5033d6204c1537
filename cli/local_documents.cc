#include <array>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/printable_json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/deployment.h"
#include "cli/index_choice.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostIdBytes = 512;
constexpr auto kReplace = Json::error_handler_t::replace;

// What the three commands share: INDEX and ID.
class DocumentsCommand : public Command {
 public:
  void Define(Flags& flags) override {
    flags.Argument("INDEX", index_, "assets or files");
    flags.Argument("ID", id_, "databaseId#assetId or databaseId#assetId#/path");
  }

  Exit Run(Invocation& in) override {
    if (id_.empty() || id_.size() > kMostIdBytes) {
      return in.output.Failure(MakeError(ErrorCode::kUsage, "an id has 1 to 512 bytes, found {}", id_.size()));
    }
    if (!IsUtf8(id_))
      return in.output.Failure(MakeError(ErrorCode::kUsage, "the id '{}' is not UTF-8", Printable(id_)));
    auto deployment = OpenVams(in, {});
    if (!deployment) return in.output.Failure(deployment.error());
    const auto index = ChooseIndex(*deployment, index_);
    if (!index) return in.output.Failure(index.error());
    return With(in, **index);
  }

 protected:
  virtual Exit With(Invocation& in, SearchIndex& index) = 0;
  const std::string& id() const { return id_; }

  static CommandInfo Info(std::string_view name, std::string_view summary, std::string_view example) {
    return {.name = name,
            .summary = summary,
            .example = example,
            .kind = CommandKind::kLocal,
            .drains_on_signal = false,
            .logs_notes = false,
            .without_flags = {"compatibility", "progress"}};
  }

  Exit Absent(Invocation& in, const SearchIndex& index) const {
    return in.output.Failure(
        MakeError(ErrorCode::kNotFound, "there is no document '{}' in {}", Printable(id_), index.name()),
        Exit::kDifferences);
  }

  Result<BulkOutcome> Write(SearchIndex& index, BulkOp op) const {
    const std::array ops = {std::move(op)};
    TRY_ASSIGN(auto results, index.Bulk(ops));
    TRY(results.front());
    TRY(index.Refresh());
    return *results.front();
  }

 private:
  std::string index_;
  std::string id_;
};

class DocumentsGet final : public DocumentsCommand {
 public:
  CommandInfo info() const override {
    return Info("local documents get", "print one document of an index as JSON",
                "vams-migrate local documents get files 'models#duck#/duck.obj' --local my-vams");
  }

 protected:
  Exit With(Invocation& in, SearchIndex& index) override {
    const std::array ids = {id()};
    const auto found = index.GetMany(ids);
    if (!found) return in.output.Failure(found.error());
    if (!found->front()) return Absent(in, index);
    const Json document = Json::parse(*found->front(), nullptr, false);
    if (document.is_discarded()) {
      return in.output.Failure(MakeError(ErrorCode::kCorrupt, "the document '{}' is no JSON", Printable(id())));
    }
    in.output.Text(PrintableJson(document.dump(2, ' ', false, kReplace)) + "\n");
    return Exit::kOk;
  }
};

class DocumentsPut final : public DocumentsCommand {
 public:
  CommandInfo info() const override {
    return Info(
        "local documents put", "store one document, read as JSON from standard input",
        "echo '{\"str_assetname\": \"Duck\"}' | vams-migrate local documents put assets 'models#duck' --local my-vams");
  }

 protected:
  Exit With(Invocation& in, SearchIndex& index) override {
    std::ostringstream text;
    text << in.context.in.rdbuf();
    const nlohmann::json document = nlohmann::json::parse(text.str(), nullptr, false);
    if (!document.is_object()) {
      return in.output.Failure(
          MakeError(ErrorCode::kUsage, "expected one JSON object on standard input, found {}",
                    document.is_discarded() ? "no valid JSON" : std::string(document.type_name())));
    }
    const auto outcome =
        Write(index, {.kind = BulkOp::Kind::kIndex, .id = id(), .body = document.dump(), .version = std::nullopt});
    if (!outcome) return in.output.Failure(outcome.error());
    const std::string_view result = *outcome == BulkOutcome::kCreated ? "created" : "updated";
    in.output.Line(fmt::format("{} {}", result, Printable(id())));
    in.output.Json(Json{{"id", id()}, {"result", result}});
    return Exit::kOk;
  }
};

class DocumentsDelete final : public DocumentsCommand {
 public:
  CommandInfo info() const override {
    return Info("local documents delete", "delete one document of an index",
                "vams-migrate local documents delete assets 'models#duck' --local my-vams");
  }

 protected:
  Exit With(Invocation& in, SearchIndex& index) override {
    const auto outcome = Write(index, {.kind = BulkOp::Kind::kDelete, .id = id(), .body = "", .version = std::nullopt});
    if (!outcome) return in.output.Failure(outcome.error());
    if (*outcome == BulkOutcome::kAbsent) return Absent(in, index);
    in.output.Line("deleted " + Printable(id()));
    in.output.Json(Json{{"id", id()}, {"result", "deleted"}});
    return Exit::kOk;
  }
};

}  // namespace

std::unique_ptr<Command> MakeDocumentsGet() { return std::make_unique<DocumentsGet>(); }
std::unique_ptr<Command> MakeDocumentsPut() { return std::make_unique<DocumentsPut>(); }
std::unique_ptr<Command> MakeDocumentsDelete() { return std::make_unique<DocumentsDelete>(); }

}  // namespace vams::cli
