#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/deployment.h"
#include "index/check_definition.h"
#include "index/definitions.h"

namespace vams::cli {
namespace {

struct OneIndex {
  SearchIndex& index;
  std::string_view definition;
};

std::array<OneIndex, 2> BothOf(Deployment& deployment) {
  return {OneIndex{*deployment.asset_index, AssetIndexDefinition()},
          OneIndex{*deployment.file_index, FileIndexDefinition()}};
}

nlohmann::ordered_json Parsed(const std::string& text) {
  auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  return json.is_discarded() ? nlohmann::ordered_json(text) : json;
}

class IndexesCreate final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "indexes create",
            .summary = "make the two indexes with the right mappings where they are missing",
            .example = "vams-migrate indexes create --local DIR",
            .kind = CommandKind::kIndexes};
  }
  Exit Run(Invocation& in) override {
    auto deployment = OpenVams(in, {.indexes = true});
    if (!deployment) return in.output.Failure(deployment.error());
    auto results = nlohmann::ordered_json::array();
    for (const OneIndex& one : BothOf(*deployment)) {
      const auto there = one.index.Describe();
      if (!there) return in.output.Failure(there.error());
      if (!*there) {
        if (const auto made = one.index.Create(one.definition); !made) return in.output.Failure(made.error());
      }
      const std::string_view result = *there ? "there already, left as it is" : "created";
      in.output.Line(one.index.name() + ": " + std::string(result));
      results.push_back({{"name", one.index.name()}, {"created", !*there}});
    }
    in.output.Json(nlohmann::ordered_json{{"indexes", results}});
    return Exit::kOk;
  }
};

class IndexesShow final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "indexes show",
            .summary = "the two indexes: documents, size, mappings",
            .example =
                "vams-migrate indexes show --local DIR\n"
                "vams-migrate indexes show --local DIR --output json    # with the whole definitions",
            .kind = CommandKind::kIndexes};
  }
  Exit Run(Invocation& in) override {
    auto deployment = OpenVams(in, {.indexes = true});
    if (!deployment) return in.output.Failure(deployment.error());
    auto results = nlohmann::ordered_json::array();
    for (const OneIndex& one : BothOf(*deployment)) {
      const auto info = one.index.Describe();
      if (!info) return in.output.Failure(info.error());
      nlohmann::ordered_json result = {{"name", one.index.name()}, {"exists", info->has_value()}};
      if (*info) {
        const nlohmann::ordered_json definition = Parsed((*info)->definition);
        in.output.Line(fmt::format("{}: {} documents, {} bytes", (*info)->name, Grouped((*info)->documents),
                                   Grouped((*info)->size_bytes)));
        if (const auto printed = PrintFields(in.output, definition); !printed) {
          return in.output.Failure(Error(printed.error()).In((*info)->name));
        }
        result["documents"] = (*info)->documents;
        result["size_bytes"] = (*info)->size_bytes;
        result["definition"] = definition;
      } else {
        in.output.Line(one.index.name() + ": there is no such index");
      }
      results.push_back(std::move(result));
    }
    in.output.Json(nlohmann::ordered_json{{"indexes", results}});
    return Exit::kOk;
  }

 private:
  static Status PrintFields(Output& output, const nlohmann::ordered_json& definition) {
    const auto at = nlohmann::ordered_json::json_pointer("/mappings/properties");
    if (!definition.is_object() || !definition.contains(at) || !definition.at(at).is_object()) return {};
    for (const auto& [name, field] : definition.at(at).items()) {
      const auto type = field.is_object() ? field.find("type") : field.end();
      if (!field.is_object() || (type != field.end() && !type->is_string())) {
        return Fail(ErrorCode::kBadReply, "the mapping of the field {} has no type that is a text", Printable(name));
      }
      output.Line(fmt::format("  {:<32}  {}", Printable(name),
                              type == field.end() ? std::string("object") : type->get<std::string>()));
    }
    return {};
  }
};

class IndexesCheck final : public Command {
 public:
  CommandInfo info() const override {
    return {.name = "indexes check",
            .summary = "compare the indexes' mappings and settings with the right ones",
            .example = "vams-migrate indexes check --local DIR",
            .kind = CommandKind::kIndexes};
  }
  Exit Run(Invocation& in) override {
    auto deployment = OpenVams(in, {.indexes = true});
    if (!deployment) return in.output.Failure(deployment.error());
    bool right = true;
    auto results = nlohmann::ordered_json::array();
    for (const OneIndex& one : BothOf(*deployment)) {
      const auto info = one.index.Describe();
      if (!info) return in.output.Failure(info.error());
      nlohmann::ordered_json result = {{"name", one.index.name()}, {"exists", info->has_value()}};
      auto listed = nlohmann::ordered_json::array();
      if (!*info) {
        in.output.Line(one.index.name() + ": there is no such index");
        right = false;
      } else {
        const auto differences = CheckDefinition(one.definition, (*info)->definition);
        if (!differences) return in.output.Failure(differences.error());
        right = right && differences->empty();
        in.output.Line(one.index.name() + (differences->empty() ? ": as it should be" : ": differs"));
        for (const DefinitionDifference& difference : *differences) {
          in.output.Line("  " + Shown(difference));
          listed.push_back(
              {{"path", difference.path},
               {"expected", Parsed(difference.expected)},
               {"actual", difference.kind == DefinitionDifference::Kind::kMissing ? nlohmann::ordered_json(nullptr)
                                                                                  : Parsed(difference.actual)}});
        }
      }
      result["differences"] = std::move(listed);
      results.push_back(std::move(result));
    }
    in.output.Json(nlohmann::ordered_json{{"ok", right}, {"indexes", results}});
    return right ? Exit::kOk : Exit::kDifferences;
  }

 private:
  static std::string Shown(const DefinitionDifference& difference) {
    if (difference.kind == DefinitionDifference::Kind::kMissing) {
      return Printable(difference.path) + ": missing, expected " + Printable(difference.expected);
    }
    return fmt::format("{}: {}, expected {}", Printable(difference.path), Printable(difference.actual),
                       Printable(difference.expected));
  }
};

}  // namespace

std::unique_ptr<Command> MakeIndexesCreate() { return std::make_unique<IndexesCreate>(); }
std::unique_ptr<Command> MakeIndexesShow() { return std::make_unique<IndexesShow>(); }
std::unique_ptr<Command> MakeIndexesCheck() { return std::make_unique<IndexesCheck>(); }

}  // namespace vams::cli
