#include "backends/aws/tables/side_table_names.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "backends/aws/aws_functions.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

// Variables of the deployed functions (docs/reference/vams-behaviour.md, section 2).
constexpr std::string_view kAssetVariable = "ASSET_STORAGE_TABLE_NAME";
// What stands in the name that a deployment gives to its asset table.
constexpr std::string_view kAssetWord = "AssetStorageTable";
constexpr int kMaxPages = 10'000;

struct Wanted {
  std::string* name;           // "": not known yet
  std::string_view setting;    // in the configuration
  std::string_view variable;   // in the environment of the deployed functions
  std::string_view word;       // in the name of the table
  std::string_view what;       // in messages
  std::set<std::string> seen;  // in functions of this deployment
};

std::array<Wanted, 3> AllOf(SideTableNames& names) {
  return {{{.name = &names.metadata,
            .setting = "metadata_storage_table_name",
            .variable = "METADATA_STORAGE_TABLE_NAME",
            .word = "MetadataStorageTable",
            .what = "metadata",
            .seen = {}},
           {.name = &names.links,
            .setting = "asset_links_storage_table_v2_name",
            .variable = "ASSET_LINKS_STORAGE_TABLE_V2_NAME",
            .word = "AssetLinksStorageTableV2",
            .what = "asset links",
            .seen = {}},
           {.name = &names.versions,
            .setting = "asset_versions_storage_table_name",
            .variable = "ASSET_VERSIONS_STORAGE_TABLE_NAME",
            .word = "AssetVersionsStorageTable",
            .what = "asset versions",
            .seen = {}}}};
}

bool Complete(const std::array<Wanted, 3>& wanted) {
  return !wanted[0].name->empty() && !wanted[1].name->empty() && !wanted[2].name->empty();
}

// What may be refused without harm: the next way is tried.
Result<bool> Allowed(const Error& error) {
  if (error.code == ErrorCode::kAccessDenied) return false;
  return std::unexpected(error);
}

Status FromFunctions(const AwsClient& lambda, const std::string& asset_table, std::array<Wanted, 3>& wanted,
                     bool& refused) {
  const std::array<std::string_view, 4> variables{kAssetVariable, wanted[0].variable, wanted[1].variable,
                                                  wanted[2].variable};
  const auto functions = ListFunctions(lambda, variables);
  if (!functions) {
    TRY_ASSIGN(const bool allowed, Allowed(functions.error()));
    refused = !allowed;
    return {};
  }
  for (const FunctionSettings& function : *functions) {
    const auto assets = function.variables.find(kAssetVariable);
    if (assets == function.variables.end() || assets->second != asset_table) continue;
    for (Wanted& one : wanted) {
      const auto value = function.variables.find(one.variable);
      if (value != function.variables.end() && !value->second.empty()) one.seen.insert(value->second);
    }
  }
  for (Wanted& one : wanted) {
    if (one.name->empty() && one.seen.size() == 1) *one.name = *one.seen.begin();
  }
  return {};
}

Result<std::vector<std::string>> ListTables(const AwsClient& dynamodb) {
  std::vector<std::string> names;
  std::optional<std::string> from;
  for (int page = 0; page < kMaxPages; ++page) {
    Json body = Json::object();
    if (from) body["ExclusiveStartTableName"] = *from;
    TRY_ASSIGN(const Json reply,
               dynamodb.CallJson({.target = "DynamoDB_20120810", .version = "1.0"}, "ListTables", body.dump(), "*"));
    const auto tables = reply.find("TableNames");
    if (tables == reply.end() || !tables->is_array()) break;
    for (const Json& name : *tables) {
      if (name.is_string()) names.push_back(name.get<std::string>());
    }
    const auto last = reply.find("LastEvaluatedTableName");
    if (last == reply.end() || !last->is_string()) break;
    from = last->get<std::string>();
  }
  return names;
}

// "vams-prod-AssetStorageTable-ABC123": tables of the same deployment share what stands before the word.
Status FromTableNames(const AwsClient& dynamodb, const std::string& asset_table, std::array<Wanted, 3>& wanted,
                      bool& refused) {
  const std::size_t at = asset_table.find(kAssetWord);
  if (at == std::string::npos) return {};
  const std::string prefix = asset_table.substr(0, at);
  const auto tables = ListTables(dynamodb);
  if (!tables) {
    TRY_ASSIGN(const bool allowed, Allowed(tables.error()));
    refused = !allowed;
    return {};
  }
  for (Wanted& one : wanted) {
    if (!one.name->empty()) continue;
    std::set<std::string> fitting;
    for (const std::string& name : *tables) {
      if (name.starts_with(prefix + std::string(one.word))) fitting.insert(name);
    }
    if (fitting.size() == 1) *one.name = *fitting.begin();
  }
  return {};
}

}  // namespace

Result<SideTableNames> FindSideTables(const AwsClient& lambda, const AwsClient& dynamodb,
                                      const std::string& asset_table, SideTableNames given) {
  std::array<Wanted, 3> wanted = AllOf(given);
  bool functions_refused = false;
  bool tables_refused = false;
  if (!Complete(wanted)) TRY(FromFunctions(lambda, asset_table, wanted, functions_refused));
  if (!Complete(wanted)) TRY(FromTableNames(dynamodb, asset_table, wanted, tables_refused));
  if (Complete(wanted)) return given;

  std::string unknown;
  std::string settings;
  for (const Wanted& one : wanted) {
    if (!one.name->empty()) continue;
    unknown += fmt::format("{}{}", unknown.empty() ? "" : ", ", one.what);
    settings += fmt::format("{}{}", settings.empty() ? "" : ", ", one.setting);
  }
  std::string hint = fmt::format("set {} in the CONFIG", settings);
  if (functions_refused) hint += ", or allow lambda:ListFunctions, by which the deployed functions tell them";
  if (!functions_refused && tables_refused) hint += ", or allow dynamodb:ListTables";
  hint += "; without them documents cannot be compared, and --skip-verification does without";
  return std::unexpected(MakeError(ErrorCode::kUsage,
                                   "which tables hold the {} of the assets in {} cannot be told from the deployment",
                                   unknown, asset_table)
                             .WithHint(std::move(hint)));
}

}  // namespace vams::aws
