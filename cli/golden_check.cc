#include "cli/golden_check.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "base/text.h"
#include "cli/json_difference.h"
#include "cli/recording_index.h"
#include "indexers/asset_indexer.h"
#include "indexers/file_indexer.h"

namespace vams::cli {
namespace {

using Json = nlohmann::ordered_json;

using Which = GoldenIndexer;

const Json* Find(const Json& value, std::string_view name) {
  if (!value.is_object()) return nullptr;
  const auto it = value.find(name);
  return it == value.end() ? nullptr : &*it;
}

std::optional<Which> WhichBy(std::string_view text, std::string_view assets, std::string_view files) {
  if (text.contains(assets)) return Which::kAssets;
  if (text.contains(files)) return Which::kFiles;
  return std::nullopt;
}

// Which function the case is about, by what it answered; nullopt where it answered with status 500.
std::optional<Which> IndexerOf(const Json& golden) {
  if (const Json* response = Find(golden, "response")) {
    const std::string text = response->dump(-1, ' ', true, Json::error_handler_t::replace);
    if (const auto which = WhichBy(text, " asset indexing operations", " file indexing operations")) return which;
    if (const auto which = WhichBy(text, "AssetIndexRequest", "FileIndexRequest")) return which;
  }
  if (const Json* expected = Find(golden, "expected"); expected != nullptr && expected->is_array()) {
    for (const Json& request : *expected) {
      const Json* index = Find(request, "index");
      if (index == nullptr || !index->is_string()) continue;
      if (const auto which = WhichBy(index->get_ref<const std::string&>(), "asset", "file")) return which;
    }
  }
  return std::nullopt;
}

// Of a file: what its name says, or what all its cases say that say something.
std::optional<Which> IndexerOfFile(const std::string& path) {
  const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
  if (name.contains("asset") != name.contains("file")) return name.contains("asset") ? Which::kAssets : Which::kFiles;
  std::ifstream file(path, std::ios::binary);
  std::optional<Which> all;
  for (std::string line; std::getline(file, line);) {
    const auto which = IndexerOf(Json::parse(line, nullptr, false));
    if (which && all && *which != *all) return std::nullopt;
    if (which) all = which;
  }
  return all;
}

Which IndexerByEvent(const Json& event) {
  const std::string text = event.dump(-1, ' ', true, Json::error_handler_t::replace);
  const bool of_files = text.contains("\"aws:s3\"") || text.contains("\"aws:sqs\"") || text.contains("\"filePath\"");
  return of_files ? Which::kFiles : Which::kAssets;
}

Json RequestsAsJson(const std::vector<RecordingIndex::Request>& requests) {
  Json list = Json::array();
  for (const auto& [index, op] : requests) {
    const bool is_index = op.kind == BulkOp::Kind::kIndex;
    Json request{{"action", is_index ? "index" : "delete"}, {"index", index}, {"id", op.id}};
    if (is_index) request["document"] = Json::parse(op.body, nullptr, false);
    list.push_back(std::move(request));
  }
  if (list.empty()) list.push_back({{"action", "none"}});
  return list;
}

// What the answer says of each record; the messages of failures are Python's and are left out.
Json ComparedResponse(const Json& response) {
  Json compared{{"statusCode", response.value("statusCode", Json())}};
  const Json* body = Find(response, "body");
  const Json* results = body == nullptr ? nullptr : Find(*body, "results");
  if (results == nullptr || !results->is_array()) return compared;
  compared["message"] = body->value("message", Json());
  compared["results"] = Json::array();
  for (const Json& result : *results) {
    Json row = Json::object();
    for (const auto* name : {"success", "documentId", "indexName", "operation"}) row[name] = result.value(name, Json());
    compared["results"].push_back(std::move(row));
  }
  return compared;
}

Result<StreamTableNames> TableNamesFor(const std::string& path) {
  StreamTableNames names = GoldenTableNames();
  const std::size_t slash = path.rfind('/');
  const std::string config_path = (slash == std::string::npos ? "" : path.substr(0, slash + 1)) + "config.json";
  std::ifstream file(config_path, std::ios::binary);
  if (!file) return names;
  const Json config = Json::parse(file, nullptr, false);
  const Json* tables = Find(config, "tables");
  if (tables == nullptr) return Fail(ErrorCode::kInvalid, "{}: holds no object 'tables'", config_path);
  for (const auto& [key, name] :
       {std::pair("assets", &names.assets), std::pair("metadata", &names.metadata), std::pair("links", &names.links)}) {
    const Json* value = Find(*tables, key);
    if (value != nullptr && value->is_string()) *name = value->get<std::string>();
  }
  return names;
}

}  // namespace

StreamTableNames GoldenTableNames() {
  return {.assets = "vams-core-test-AssetStorageTable1A2B3C4D",
          .metadata = "vams-core-test-MetadataStorageTable5E6F7A8B",
          .links = "vams-core-test-AssetLinksStorageTableV223A4B5C6D"};
}

Result<std::vector<std::string>> RunGoldenCase(const Json& golden, std::optional<GoldenIndexer> where_untold,
                                               const GoldenVamsMaker& make_vams, const StreamTableNames& tables) {
  const Json* state = Find(golden, "state");
  const Json* event = Find(golden, "event");
  const Json* expected = Find(golden, "expected");
  const Json* response = Find(golden, "response");
  if (state == nullptr || event == nullptr || expected == nullptr || response == nullptr) {
    return Fail(ErrorCode::kInvalid, "a case needs 'state', 'event', 'expected' and 'response'");
  }
  std::optional<int> status;
  if (const Json* value = Find(golden, "opensearch_status"); value != nullptr && !value->is_null()) {
    if (!value->is_number_integer()) return Fail(ErrorCode::kInvalid, "'opensearch_status' is no integer");
    status = value->get<int>();
  }
  const auto made = make_vams(*state);
  if (!made) return std::vector<std::string>{"state: " + made.error().message};
  const GoldenVams& vams = *made;
  SystemClock clock;
  std::vector<RecordingIndex::Request> requests;
  Json answer;
  const Which which = IndexerOf(golden).value_or(where_untold ? *where_untold : IndexerByEvent(*event));
  if (which == Which::kAssets) {
    RecordingIndex index(vams.asset_index, requests, status);
    answer = AssetIndexer(vams.source, index, Compatibility::kUpstream, clock, tables).HandleEvent(*event);
  } else {
    RecordingIndex index(vams.file_index, requests, status);
    answer = FileIndexer(vams.source, index, Compatibility::kUpstream, clock).HandleEvent(*event);
  }
  std::vector<std::string> differences;
  AddDifferences(differences, "expected", *expected, RequestsAsJson(requests));
  AddDifferences(differences, "response", ComparedResponse(*response), ComparedResponse(answer));
  return differences;
}

Result<GoldenCounts> RunGoldenFile(const std::string& path, const GoldenVamsMaker& make_vams, std::ostream& out) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorCode::kNotFound, "cannot open {}", path);
  TRY_ASSIGN(const StreamTableNames tables, TableNamesFor(path));
  const auto of_file = IndexerOfFile(path);
  GoldenCounts counts;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty()) continue;
    const Json golden = Json::parse(line, nullptr, false);
    if (!golden.is_object()) return Fail(ErrorCode::kInvalid, "{}:{}: the line is no JSON object", path, number);
    auto differences = RunGoldenCase(golden, of_file, make_vams, tables);
    if (!differences) return std::unexpected(std::move(differences.error()).In(fmt::format("{}:{}", path, number)));
    ++(differences->empty() ? counts.passed : counts.failed);
    if (differences->empty()) continue;
    const Json* name = Find(golden, "name");
    const std::string shown = name != nullptr && name->is_string() ? name->get<std::string>() : "(no name)";
    out << Printable(fmt::format("FAILED {}:{} {}", path, number, shown)) << '\n';
    for (const std::string& difference : *differences) out << "  " << Printable(difference) << '\n';
  }
  if (file.bad()) return Fail(ErrorCode::kIo, "cannot read {}", path);
  return counts;
}

}  // namespace vams::cli
