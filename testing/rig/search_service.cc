#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "documents/asset_document.h"
#include "documents/file_document.h"
#include "documents/request_checks.h"
#include "documents/verdict.h"
#include "index/definitions.h"
#include "testing/rig/rows.h"
#include "testing/rig/service.h"

namespace vams::rig {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kJson = "application/json";
constexpr std::uint64_t kDocumentBytes = 600;  // about
constexpr std::uint64_t kMostHits = 10'000;
constexpr std::string_view kPit = "rig-pit-";

enum class Index { kAssets, kFiles };

std::string_view NameOf(Index index) { return index == Index::kAssets ? kAssetIndex : kFileIndex; }

std::optional<Index> FindIndex(std::string_view path) {
  path.remove_prefix(1);
  const std::string_view name = path.substr(0, path.find('/'));
  if (name == kAssetIndex) return Index::kAssets;
  if (name == kFileIndex) return Index::kFiles;
  return std::nullopt;
}

void RefuseSearch(Reply& reply, int status, std::string_view type, std::string_view reason) {
  reply.Refuse(status, kJson, Json{{"error", {{"type", type}, {"reason", reason}}}, {"status", status}}.dump());
}

// The documents that the indexers have made so far, by number.
class Documents {
 public:
  explicit Documents(const World& world) : world_(world), deployment_(world.deployment()) {}

  std::uint64_t Size(Index index) const { return index == Index::kAssets ? deployment_.assets() : deployment_.files(); }

  bool Has(Index index, std::uint64_t number) const {
    return index == Index::kAssets ? world_.HasAssetDocument(number) : world_.HasFileDocument(number);
  }

  // The first one that is there, from `from` on.
  std::uint64_t Next(Index index, std::uint64_t from) const {
    const Bits& bits = index == Index::kAssets ? world_.touched() : world_.arrived();
    do {
      from = bits.NextSet(from);
    } while (from < bits.size() && !Has(index, from) && ++from > 0);
    return from;
  }

  std::uint64_t Count(Index index) const {
    if (world_.LivingAssets() == deployment_.assets()) {
      return index == Index::kAssets ? world_.touched().count() : world_.arrived().count();
    }
    std::uint64_t count = 0;
    for (std::uint64_t n = Next(index, 0); n < Size(index); n = Next(index, n + 1)) ++count;
    return count;
  }

  std::string Id(Index index, std::uint64_t number) {
    const std::uint64_t asset = index == Index::kAssets ? number : AssetOf(number);
    NameAsset(asset);
    if (index == Index::kAssets) return AssetDocumentId(database_id_, asset_id_);
    return FileDocumentId(database_id_, asset_id_, Path(number));
  }

  std::optional<std::uint64_t> Find(Index index, std::string_view id) {
    // Ids begin with the database and the asset, whatever joins them.
    const std::size_t at = id.find("asset-");
    const std::size_t digits = at == std::string_view::npos ? at : at + std::string_view("asset-").size() + 8;
    if (at == std::string_view::npos || digits > id.size()) return std::nullopt;
    const auto asset = deployment_.FindAsset(id.substr(at, digits - at));
    if (!asset) return std::nullopt;
    if (index == Index::kAssets) return Id(index, *asset) == id ? asset : std::nullopt;
    const std::size_t slash = id.find('/', digits);
    if (slash == std::string_view::npos) return std::nullopt;
    const std::uint64_t bucket = deployment_.BucketOfAsset(*asset);
    key_.assign(deployment_.Prefix(bucket));
    deployment_.AppendAssetId(*asset, key_);
    key_ += id.substr(slash);
    const auto place = deployment_.FindKey(bucket, key_);
    if (!place) return std::nullopt;
    const std::uint64_t file = deployment_.FileNumber(*place);
    return Id(index, file) == id ? std::optional(file) : std::nullopt;
  }

  // By the rules that the indexers use.
  std::string Body(Index index, std::uint64_t number) {
    const std::uint64_t asset = index == Index::kAssets ? number : AssetOf(number);
    if (row_of_ != asset || !row_) {
      row_text_.clear();
      AppendAssetRow(world_, asset, row_text_);
      row_ = ParseDynamoJson(row_text_).value_or(Item{});
      row_of_ = asset;
      const std::uint64_t bucket = deployment_.BucketOfAsset(asset);
      bucket_ = {.id = BucketId(bucket),
                 .name = deployment_.BucketName(bucket),
                 .prefix = std::string(deployment_.Prefix(bucket))};
    }
    NameAsset(asset);
    const BuiltBody body =
        index == Index::kAssets
            ? BuildAssetDocument(
                  {.database_id = database_id_, .asset_id = asset_id_, .asset = *row_, .bucket = bucket_})
            : FileBody(number);
    return body ? *body : std::string("{}");
  }

 private:
  std::uint64_t AssetOf(std::uint64_t file) const { return deployment_.AssetOfFile(deployment_.PlaceOf(file)); }

  void NameAsset(std::uint64_t asset) {
    database_id_.clear();
    asset_id_.clear();
    deployment_.AppendDatabaseId(asset, database_id_);
    deployment_.AppendAssetId(asset, asset_id_);
  }

  // With '/' in front. `asset_id_` is the file's.
  std::string Path(std::uint64_t file) {
    const FilePlace place = deployment_.PlaceOf(file);
    key_.clear();
    deployment_.AppendKey(place, key_);
    return key_.substr(deployment_.Prefix(place.bucket).size() + asset_id_.size());
  }

  BuiltBody FileBody(std::uint64_t file) {
    const FileFacts facts = deployment_.FactsOf(file);
    const bool versioned = deployment_.Versioned(deployment_.PlaceOf(file).bucket);
    const ObjectHead head{.size = facts.size,
                          .last_modified = UtcTime(std::chrono::seconds(facts.seconds)),
                          .etag = facts.etag,
                          .version_id = versioned ? std::optional("v" + std::string(facts.etag, 31)) : std::nullopt,
                          .metadata = {{"databaseid", database_id_}, {"assetid", asset_id_}}};
    const std::string path = Path(file);
    return BuildFileDocument({.database_id = database_id_,
                              .asset_id = asset_id_,
                              .path = path,
                              .asset = *row_,
                              .bucket = bucket_,
                              .head = &head});
  }

  const World& world_;
  const Deployment& deployment_;
  std::string database_id_;
  std::string asset_id_;
  std::string key_;
  std::string row_text_;
  std::optional<Item> row_;
  std::uint64_t row_of_ = 0;
  BucketDetails bucket_;
};

Json SettingsOf(Index index) {
  return {{"number_of_shards", "1"},
          {"number_of_replicas", "1"},
          {"uuid", fmt::format("rig-uuid-{}", NameOf(index))},
          {"provided_name", NameOf(index)},
          {"version", {{"created", "136407827"}}}};
}

// What the definition says, and under "index" what the service adds.
void IndexInfo(Index index, Reply& reply) {
  Json info = Json::parse(index == Index::kAssets ? AssetIndexDefinition() : FileIndexDefinition());
  Json settings = SettingsOf(index);
  const Json given = info.value("settings", Json::object());
  settings.update(given.contains("index") ? given["index"] : given);
  info["settings"] = {{"index", settings}};
  info["aliases"] = Json::object();
  reply.body = Json{{NameOf(index), info}}.dump();
}

void Mapping(Index index, Reply& reply) {
  const Json info = Json::parse(index == Index::kAssets ? AssetIndexDefinition() : FileIndexDefinition());
  reply.body = Json{{NameOf(index), {{"mappings", info["mappings"]}}}}.dump();
}

void FlatSettings(Index index, Reply& reply) {
  const Json settings = SettingsOf(index);
  reply.body = Json{{NameOf(index),
                     {{"settings",
                       {{"index.uuid", settings["uuid"]}, {"index.number_of_shards", settings["number_of_shards"]}}}}}}
                   .dump();
}

constexpr std::string_view kShards = R"("_shards":{"total":1,"successful":1,"skipped":0,"failed":0})";

void AppendHit(Documents& documents, Index index, std::uint64_t number, bool with_body, std::string& body) {
  body +=
      fmt::format(R"({{"_index":"{}","_id":{},"_score":null)", NameOf(index), Json(documents.Id(index, number)).dump());
  if (with_body) body += R"(,"_source":)" + documents.Body(index, number);
  body += fmt::format(R"(,"sort":[{}]}})", number);
}

void Search(const Serving& serving, std::optional<Index> index, const Json& request, Reply& reply) {
  const Json pit = request.value("pit", Json::object());
  if (const std::string id = pit.value("id", ""); id.starts_with(kPit)) index = FindIndex("/" + id.substr(kPit.size()));
  if (!index) return RefuseSearch(reply, 404, "search_context_missing_exception", "No such context");
  const std::uint64_t size = std::min(request.value("size", std::uint64_t{10}), kMostHits);
  const Json after = request.value("search_after", Json::array());
  const bool with_bodies = request.value("_source", Json(true)) != Json(false);
  Documents documents(serving.world);
  const std::uint64_t all = documents.Size(*index);
  std::uint64_t from = after.empty() ? 0 : after[0].get<std::uint64_t>() + 1;
  std::string& body = reply.body;
  body = fmt::format(R"({{"took":1,"timed_out":false,{},)", kShards);
  if (!pit.empty()) body += fmt::format(R"("pit_id":"{}{}",)", kPit, NameOf(*index));
  body += R"("hits":{)";
  if (pit.empty()) body += fmt::format(R"("total":{{"value":{},"relation":"eq"}},)", documents.Count(*index));
  body += R"("max_score":null,"hits":[)";
  std::uint64_t hits = 0;
  for (; hits < size && (from = documents.Next(*index, from)) < all; ++hits, ++from) {
    if (hits > 0) body += ',';
    AppendHit(documents, *index, from, with_bodies, body);
  }
  body += "]}}";
}

void MultiGet(const Serving& serving, Index index, const Json& request, Reply& reply) {
  Documents documents(serving.world);
  std::string& body = reply.body;
  body = R"({"docs":[)";
  const auto answer = [&](const std::string& id) {
    if (!body.ends_with('[')) body += ',';
    const auto number = documents.Find(index, id);
    const bool found = number && documents.Has(index, *number);
    body += fmt::format(R"({{"_index":"{}","_id":{},"found":{})", NameOf(index), Json(id).dump(), found);
    if (found) body += R"(,"_version":1,"_source":)" + documents.Body(index, *number);
    body += '}';
  };
  for (const Json& id : request.value("ids", Json::array())) answer(id.get<std::string>());
  for (const Json& one : request.value("docs", Json::array())) answer(one.value("_id", ""));
  body += "]}";
}

// The mapping takes every document that the builders make.
void TermVectors(Index index, const Json& request, Reply& reply) {
  Json docs = Json::array();
  for (std::size_t i = 0; i < request.value("docs", Json::array()).size(); ++i) {
    docs.push_back({{"_index", NameOf(index)}, {"found", true}, {"term_vectors", Json::object()}});
  }
  reply.body = Json{{"docs", docs}}.dump();
}

void ServeIndex(const Serving& serving, Operation operation, Index index, const Json& request, Reply& reply) {
  switch (operation) {
    case Operation::kIndexInfo: return IndexInfo(index, reply);
    case Operation::kIndexMapping: return Mapping(index, reply);
    case Operation::kIndexSettings: return FlatSettings(index, reply);
    case Operation::kIndexCount:
      reply.body = fmt::format(R"({{"count":{},{}}})", Documents(serving.world).Count(index), kShards);
      return;
    case Operation::kIndexStats:
      reply.body = fmt::format(R"({{"_all":{{"primaries":{{"store":{{"size_in_bytes":{}}}}}}}}})",
                               Documents(serving.world).Count(index) * kDocumentBytes);
      return;
    case Operation::kRefresh: reply.body = fmt::format("{{{}}}", kShards); return;
    case Operation::kOpenPointInTime:
      reply.body = fmt::format(R"({{"pit_id":"{}{}",{},"creation_time":1}})", kPit, NameOf(index), kShards);
      return;
    case Operation::kMultiGet: return MultiGet(serving, index, request, reply);
    case Operation::kTermVectors: return TermVectors(index, request, reply);
    default: return Search(serving, index, request, reply);
  }
}

}  // namespace

void ServeSearch(const Serving& serving, Operation operation, const Request& request, Reply& reply) {
  reply.type = kJson;
  if (operation == Operation::kClusterInfo) {
    reply.body = R"({"name":"rig","cluster_name":"rig","version":{"distribution":"opensearch","number":"2.19.0"}})";
    return;
  }
  if (operation == Operation::kClosePointInTime) {
    reply.body = R"({"pits":[{"successful":true}]})";
    return;
  }
  const std::optional<Index> index = FindIndex(request.path);
  const bool of_a_view = operation == Operation::kSearch && request.path == "/_search";
  if (!index && !of_a_view) return RefuseSearch(reply, 404, "index_not_found_exception", "no such index");
  Json body = Json::object();
  if (!request.body.empty()) body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return RefuseSearch(reply, 400, "parse_exception", "no JSON object");
  try {
    if (of_a_view) return Search(serving, std::nullopt, body, reply);
    ServeIndex(serving, operation, *index, body, reply);
  } catch (const Json::exception& error) {
    RefuseSearch(reply, 400, "illegal_argument_exception", error.what());
  }
}

}  // namespace vams::rig
