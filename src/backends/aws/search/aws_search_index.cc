#include "backends/aws/search/aws_search_index.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "backends/aws/search/field_replay.h"
#include "backends/aws/search/index_scan.h"
#include "backends/aws/search/long_terms.h"
#include "backends/aws/search/opensearch_replies.h"
#include "base/percent.h"
#include "base/text.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIdsAtOnce = 1000;
constexpr Bytes kLargestReply{std::uint64_t{8} << 20};  // of more than one document
constexpr std::uint64_t kClearedAtOnce = 10000;
constexpr int kFruitlessRounds = 5;
constexpr std::uint64_t kMostHits = 10000;  // index.max_result_window

std::uint64_t NumberOf(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

// Settings that the service sets itself and takes from nobody, so that a definition which Describe gave makes a copy.
void RemoveOwnSettings(Json& definition) {
  const auto settings = definition.find("settings");
  if (settings == definition.end() || !settings->is_object()) return;
  for (const char* name : {"uuid", "creation_date", "version", "provided_name"}) {
    settings->erase(name);
    settings->erase(std::string("index.") + name);
    if (const auto index = settings->find("index"); index != settings->end() && index->is_object()) index->erase(name);
  }
}

std::unexpected<Error> NotReached(const Call& call) {
  Error error = MakeError(ErrorCode::kUnavailable, "the count did not reach every shard of the index");
  error.retryable = true;
  error.operation = OperationName(call);
  return std::unexpected(std::move(error));
}

}  // namespace

Result<std::unique_ptr<AwsSearchIndex>> AwsSearchIndex::Make(std::shared_ptr<const OpenSearchClient> client,
                                                             std::string name, BulkLimits limits) {
  TRY(CheckIndexName(name));
  return std::unique_ptr<AwsSearchIndex>(new AwsSearchIndex(std::move(client), std::move(name), limits));
}

AwsSearchIndex::AwsSearchIndex(std::shared_ptr<const OpenSearchClient> client, std::string name, BulkLimits limits)
    : client_(std::move(client)), name_(std::move(name)), path_(PercentEncode(name_)), limits_(limits) {}

HttpRequest AwsSearchIndex::Request(Method method, std::string_view verb, std::string body,
                                    OpenSearchClient::Query query) const {
  const std::string operation =
      verb.empty() ? fmt::format("{} {}", MethodName(method), name_) : fmt::format("{} {}", MethodName(method), verb);
  return client_->Request(method, operation, verb.empty() ? path_ : fmt::format("{}/{}", path_, verb), std::move(body),
                          std::move(query));
}

Result<AwsSearchIndex::Identity> AwsSearchIndex::Identify() const {
  if (client_->serverless()) {
    TRY(client_->Send(Request(Method::kHead, "")));
    return Identity{.concrete = name_};
  }
  TRY_ASSIGN(const Json json, client_->SendForJson(Request(Method::kGet, "_settings/index.uuid,index.number_of_shards",
                                                           {}, {{"flat_settings", "true"}})));
  if (json.size() > 1) {
    return Fail(ErrorCode::kPrecondition, "'{}' is an alias of {} indexes; name one of them", name_, json.size());
  }
  Identity identity;
  for (const auto& [name, index] : json.items()) {
    const Json settings = index.is_object() ? index.value("settings", Json::object()) : Json::object();
    const auto text = [&](const char* key) {
      const auto at = settings.find(key);
      return at != settings.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    identity.concrete = name;
    identity.uuid = text("index.uuid");
    const std::string shards = text("index.number_of_shards");
    std::from_chars(shards.data(), shards.data() + shards.size(), identity.shards);
  }
  if (identity.uuid.empty() || identity.shards == 0) {
    return Fail(ErrorCode::kBadReply, "the settings of index '{}' tell neither its uuid nor its shards", name_);
  }
  return identity;
}

Result<std::uint64_t> AwsSearchIndex::PrimaryBytes() const {
  if (client_->serverless()) return 0;
  const auto json = client_->SendForJson(
      Request(Method::kGet, "_stats/store", {}, {{"filter_path", "_all.primaries.store.size_in_bytes"}}));
  if (!json) {
    if (json.error().code == ErrorCode::kAccessDenied) return 0;
    return std::unexpected(json.error());
  }
  const auto size =
      json->contains("_all") ? json->value("/_all/primaries/store/size_in_bytes"_json_pointer, Json()) : Json();
  return size.is_number_unsigned() ? size.get<std::uint64_t>() : 0;
}

Result<std::optional<IndexInfo>> AwsSearchIndex::Describe() {
  const auto absent_or = [](const Error& error) -> Result<std::optional<IndexInfo>> {
    if (error.code == ErrorCode::kNotFound) return std::nullopt;
    return std::unexpected(error);
  };
  const auto json = client_->SendForJson(Request(Method::kGet, ""));
  if (!json) return absent_or(json.error());
  if (json->size() != 1 || !json->begin()->is_object()) {
    return Fail(ErrorCode::kPrecondition, "'{}' is an alias of {} indexes; name one of them", name_, json->size());
  }
  const Json& index = *json->begin();
  const Json definition{{"mappings", index.value("mappings", Json::object())},
                        {"settings", index.value("settings", Json::object())}};
  const auto count = Count();
  if (!count) return absent_or(count.error());
  const auto bytes = PrimaryBytes();
  if (!bytes) return absent_or(bytes.error());
  return IndexInfo{.name = name_, .documents = count->value, .size_bytes = *bytes, .definition = definition.dump()};
}

Status AwsSearchIndex::Create(std::string_view definition) {
  auto json = Json::parse(definition, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "the definition of an index must be a JSON object");
  RemoveOwnSettings(json);
  HttpRequest request = Request(Method::kPut, "", json.dump());
  // Sent again after a lost reply, it would be told that there is an index already.
  request.idempotency = Idempotency::kNo;
  TRY_ASSIGN(const HttpReply reply, client_->SendAny(request));
  if (reply.status == 400 &&
      ReadServiceError(request.call.service, reply).code == "resource_already_exists_exception") {
    return Fail(ErrorCode::kPrecondition, "index '{}' exists already", name_);
  }
  TRY(OpenSearchClient::Read(request, reply));
  const auto answer = Json::parse(reply.body, nullptr, false);
  if (!answer.is_object() || answer.value("acknowledged", Json()) != true) {
    return Fail(ErrorCode::kTimeout, "index '{}' is being made, but the cluster has not confirmed it", name_);
  }
  return {};
}

Status AwsSearchIndex::Drop() {
  const auto reply = client_->Send(Request(Method::kDelete, ""));
  if (!reply && reply.error().code != ErrorCode::kNotFound) return std::unexpected(reply.error());
  return {};
}

Status AwsSearchIndex::Clear() { return client_->serverless() ? ClearById() : ClearByQuery(); }

// In rounds: the front of a managed domain ends a request that takes longer than some minutes.
Status AwsSearchIndex::ClearByQuery() {
  TRY(Refresh());
  for (int fruitless = 0; fruitless < kFruitlessRounds;) {
    TRY_ASSIGN(const Json done,
               client_->SendForJson(Request(
                   Method::kPost, "_delete_by_query", R"({"query":{"match_all":{}}})",
                   {{"conflicts", "proceed"}, {"refresh", "true"}, {"max_docs", std::to_string(kClearedAtOnce)}})));
    const auto failures = done.find("failures");
    if (failures != done.end() && failures->is_array() && !failures->empty()) {
      return Fail(ErrorCode::kUnavailable, "documents of index '{}' could not be deleted: {}", name_,
                  Printable(failures->front().dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 500)));
    }
    if (!done.contains("total") || done.value("timed_out", Json()) == true) {
      return Fail(ErrorCode::kBadReply, "the service does not tell what it deleted from index '{}'", name_);
    }
    if (NumberOf(done, "total") == 0) return {};
    fruitless = NumberOf(done, "deleted") > 0 ? 0 : fruitless + 1;
  }
  return Fail(ErrorCode::kConflict, "others write into index '{}' while it is being emptied", name_);
}

Status AwsSearchIndex::ClearById() {
  std::optional<Cursor> from;
  do {
    TRY_ASSIGN(IndexPage page, Scan(from, ItemCount{kIdsAtOnce}, ScanContent::kIds));
    std::vector<BulkOp> ops;
    for (IndexHit& hit : page.hits) ops.push_back({BulkOp::Kind::kDelete, std::move(hit.id), "", std::nullopt});
    TRY_ASSIGN(const auto outcomes, Bulk(ops));
    for (const auto& outcome : outcomes) TRY(outcome);
    from = std::move(page.next);
  } while (from);
  return {};
}

Result<ItemCount> AwsSearchIndex::Count() {
  HttpRequest request = Request(Method::kGet, "_count");
  TRY_ASSIGN(const Json json, client_->SendForJson(request));
  const auto count = json.find("count");
  if (count == json.end() || !count->is_number_unsigned()) {
    return Fail(ErrorCode::kBadReply, "the service does not tell how many documents index '{}' has", name_);
  }
  const auto shards = json.find("_shards");
  if (shards != json.end() && shards->is_object() && NumberOf(*shards, "failed") > 0) return NotReached(request.call);
  return ItemCount{count->get<std::uint64_t>()};
}

Status AwsSearchIndex::FetchMany(std::span<const std::string> ids, std::vector<std::optional<std::string>>& into) {
  HttpRequest request =
      Request(Method::kPost, "_mget", Json{{"ids", ids}}.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (ids.size() > 1) request.max_reply = kLargestReply;
  const auto reply = client_->Send(request);
  if (!reply && reply.error().code == ErrorCode::kTooLarge && ids.size() > 1) {
    TRY(FetchMany(ids.first(ids.size() / 2), into));
    return FetchMany(ids.subspan(ids.size() / 2), into);
  }
  TRY(reply);
  TRY_ASSIGN(auto bodies, ReadDocuments(*reply, request.call, ids.size()));
  std::ranges::move(bodies, std::back_inserter(into));
  return {};
}

Result<std::vector<std::optional<std::string>>> AwsSearchIndex::GetMany(std::span<const std::string> ids) {
  // What no document can be named is not asked for: one such id would be an error for all.
  std::vector<std::string> possible;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i].empty() || !IsUtf8(ids[i])) continue;
    possible.push_back(ids[i]);
    places.push_back(i);
  }
  std::vector<std::optional<std::string>> found;
  found.reserve(possible.size());
  for (std::size_t at = 0; at < possible.size(); at += kIdsAtOnce) {
    TRY(FetchMany(std::span(possible).subspan(at, std::min(kIdsAtOnce, possible.size() - at)), found));
  }
  if (possible.empty()) TRY(Identify());
  std::vector<std::optional<std::string>> bodies(ids.size());
  for (std::size_t i = 0; i < places.size(); ++i) bodies[places[i]] = std::move(found[i]);
  return bodies;
}

Result<IndexPage> AwsSearchIndex::Scan(const std::optional<Cursor>& from, ItemCount limit, ScanContent content) {
  if (limit.value == 0) return Fail(ErrorCode::kInvalid, "a page must be allowed at least one item");
  if (from) {
    TRY_ASSIGN(ScanPosition position, FromCursor(*from));
    return ReadPage(*client_, std::move(position), limit, content);
  }
  TRY_ASSIGN(Identity identity, Identify());
  return ReadPage(*client_, {.index = std::move(identity.concrete), .shards = identity.shards}, limit, content);
}

Status AwsSearchIndex::SendBulk(std::span<const BulkOp> ops, const BulkBody& body,
                                std::vector<Result<BulkOutcome>>& outcomes) {
  // A write to an index that is not there would make one, with a mapping guessed from the first document, and nothing
  // in the request can forbid it (docs/decisions/0005-opensearch.md).
  TRY_ASSIGN(const Identity before, Identify());
  HttpRequest request = Request(Method::kPost, "_bulk", body.ndjson);
  request.headers.Set("Content-Type", "application/x-ndjson");
  TRY_ASSIGN(const HttpReply reply, client_->Send(request));
  std::vector<const BulkOp*> sent;
  sent.reserve(body.places.size());
  for (const std::size_t place : body.places) sent.push_back(&ops[place]);
  TRY_ASSIGN(BulkReply read, ReadBulk(reply, request.call, sent));
  if (read.first_in_shard && !before.uuid.empty()) {
    TRY_ASSIGN(const Identity after, Identify());
    if (after.uuid != before.uuid) {
      return std::unexpected(
          MakeError(ErrorCode::kNotFound, "index '{}' was deleted while it was written to, and is another one now",
                    name_)
              .WithHint("the service may have made it without our mapping: `vams-migrate indexes check` tells"));
    }
  }
  for (std::size_t i = 0; i < body.places.size(); ++i) outcomes[body.places[i]] = std::move(read.outcomes[i]);
  return {};
}

Result<std::vector<Result<BulkOutcome>>> AwsSearchIndex::Bulk(std::span<const BulkOp> ops) {
  PackedBulk packed = PackBulk(ops, limits_);
  std::vector<Result<BulkOutcome>> outcomes(ops.size(), BulkOutcome::kAbsent);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (packed.refused[i]) outcomes[i] = std::unexpected(*std::move(packed.refused[i]));
  }
  if (packed.bodies.empty()) TRY(Identify());
  for (BulkBody& body : packed.bodies) {
    TRY(SendBulk(ops, body, outcomes));
    body = {};
  }
  return outcomes;
}

Result<SearchHits> AwsSearchIndex::Search(std::string_view query, ItemCount limit) {
  const std::size_t start = query.find_first_not_of(" *");
  const Json all{{"match_all", Json::object()}};
  // Of the syntax only the '*' behind a word has a meaning; the scores count words over all shards.
  const Json words{{"simple_query_string",
                    {{"query", query},
                     {"default_operator", "and"},
                     {"flags", "PREFIX|WHITESPACE"},
                     {"lenient", true},
                     {"fields", Json::array({"*"})}}}};
  const Json body{{"query", start == std::string_view::npos ? all : words},
                  {"size", std::min(limit.value, kMostHits)},
                  {"track_total_hits", true}};
  HttpRequest request = Request(Method::kPost, "_search", body.dump(-1, ' ', false, Json::error_handler_t::replace),
                                {{"search_type", "dfs_query_then_fetch"}, {"allow_partial_search_results", "false"}});
  TRY_ASSIGN(const HttpReply reply, client_->Send(request));
  TRY_ASSIGN(HitsReply read, ReadHits(reply, request.call, /*with_bodies=*/true));
  return SearchHits{.total = read.total.value_or(read.hits.size()), .hits = std::move(read.hits)};
}

Status AwsSearchIndex::Refresh() {
  if (client_->serverless()) {
    TRY(Identify());
    return {};
  }
  TRY(client_->Send(Request(Method::kPost, "_refresh")));
  return {};
}

Result<std::vector<std::vector<RefusedField>>> AwsSearchIndex::RefusedFields(std::span<const std::string> bodies) {
  // A text that is too long for one word is taken by the parser and refused by what comes after it, without a name. The
  // mapping tells where that would be.
  std::vector<std::vector<RefusedField>> too_long(bodies.size());
  std::vector<std::string> shorter(bodies.begin(), bodies.end());
  std::optional<Json> mappings;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (bodies[i].size() <= kLongestTerm || client_->serverless()) continue;
    if (!mappings) {
      TRY_ASSIGN(const Json reply, client_->SendForJson(Request(Method::kGet, "_mapping")));
      mappings = reply.empty() || !reply.begin()->is_object() ? Json() : reply.begin()->value("mappings", Json());
    }
    Json document = Json::parse(bodies[i], nullptr, /*allow_exceptions=*/false);
    too_long[i] = TooLongTerms(*mappings, document);
    if (too_long[i].empty()) continue;
    for (const RefusedField& field : too_long[i]) document.erase(field.name);
    shorter[i] = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  TRY_ASSIGN(auto refused, ReplayDocuments(*client_, path_, shorter));
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    refused[i].insert(refused[i].begin(), too_long[i].begin(), too_long[i].end());
  }
  return refused;
}

Result<std::unique_ptr<SearchIndex>> AwsSearchIndex::Sibling(std::string_view suffix) {
  TRY_ASSIGN(auto sibling, Make(client_, fmt::format("{}-{}", name_, suffix), limits_));
  return sibling;
}

}  // namespace vams::aws
