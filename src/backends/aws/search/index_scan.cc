#include "backends/aws/search/index_scan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "backends/aws/search/opensearch_replies.h"
#include "base/percent.h"
#include "base/text.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kKeepAlive = "10m";
constexpr std::uint64_t kLargestPage = 10000;           // index.max_result_window
constexpr Bytes kLargestReply{std::uint64_t{8} << 20};  // of more than one document: pages are held in memory

Status OpenView(const OpenSearchClient& client, ScanPosition& position) {
  OpenSearchClient::Query query{{"keep_alive", std::string(kKeepAlive)}};
  // One shard at a time: within it the order of documents is their number, which is unique, costs nothing and needs no
  // memory on the cluster. Over several shards a number is not unique, and hits would be passed over.
  if (position.shards > 0) query.emplace_back("preference", fmt::format("_shards:{}", position.shard));
  TRY_ASSIGN(const auto reply, client.SendForJson(client.Request(
                                   Method::kPost, "POST _search/point_in_time",
                                   PercentEncode(position.index) + "/_search/point_in_time", {}, std::move(query))));
  const auto id = reply.find("pit_id");
  if (id == reply.end() || !id->is_string()) {
    return Fail(ErrorCode::kBadReply, "the service opened a point in time and gave no pit_id");
  }
  position.pit_id = id->get<std::string>();
  position.after.clear();
  return {};
}

// A view that stays open for its ten minutes does no harm, so a failure to close it is none.
void CloseView(const OpenSearchClient& client, const ScanPosition& position) {
  static_cast<void>(client.Send(client.Request(Method::kDelete, "DELETE _search/point_in_time", "_search/point_in_time",
                                               Json{{"pit_id", Json::array({position.pit_id})}}.dump())));
}

std::string SearchBody(const ScanPosition& position, std::uint64_t size, ScanContent content) {
  Json body{{"size", size},
            {"query", {{"match_all", Json::object()}}},
            {"pit", {{"id", position.pit_id}, {"keep_alive", kKeepAlive}}},
            {"sort", Json::array({Json{{position.shards > 0 ? "_doc" : "_id", "asc"}}})},
            {"_source", content == ScanContent::kDocuments},
            {"track_total_hits", false}};
  if (!position.after.empty()) body["search_after"] = Json::parse(position.after, nullptr, false);
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<HitsReply> ReadView(const OpenSearchClient& client, const ScanPosition& position, std::uint64_t size,
                           ScanContent content) {
  HttpRequest request = client.Request(Method::kPost, "POST _search", "_search", SearchBody(position, size, content),
                                       {{"allow_partial_search_results", "false"}});
  if (size > 1) request.max_reply = kLargestReply;
  const auto reply = client.Send(request);
  if (!reply) {
    // The index was there when the view was opened, so it is the view that is gone.
    if (reply.error().code == ErrorCode::kNotFound) {
      return Fail(ErrorCode::kPrecondition, "the scan of index '{}' has expired: begin it again", position.index);
    }
    return std::unexpected(reply.error());
  }
  return ReadHits(*reply, request.call, content == ScanContent::kDocuments);
}

// As ReadView; where the documents are so large that the reply would not fit, fewer of them.
Result<HitsReply> ReadSome(const OpenSearchClient& client, ScanPosition& position, std::uint64_t& size,
                           ScanContent content) {
  for (;;) {
    auto reply = ReadView(client, position, size, content);
    if (reply || reply.error().code != ErrorCode::kTooLarge || size == 1) return reply;
    size /= 2;
    position.most = size;
  }
}

}  // namespace

Cursor ToCursor(const ScanPosition& position) {
  return {Json{{"index", position.index},
               {"shards", position.shards},
               {"shard", position.shard},
               {"pit", position.pit_id},
               {"after", position.after},
               {"most", position.most}}
              .dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Result<ScanPosition> FromCursor(const Cursor& cursor) {
  const auto json = Json::parse(cursor.token, nullptr, false);
  const auto unknown = [&] {
    return Fail(ErrorCode::kInvalid, "'{}' is no position of a scan", Printable(cursor.token.substr(0, 200)));
  };
  if (!json.is_object()) return unknown();
  for (const char* name : {"index", "pit", "after"}) {
    if (!json.contains(name) || !json[name].is_string()) return unknown();
  }
  for (const char* name : {"shards", "shard", "most"}) {
    if (!json.contains(name) || !json[name].is_number_unsigned()) return unknown();
  }
  ScanPosition position{.index = json["index"],
                        .shards = json["shards"],
                        .shard = json["shard"],
                        .pit_id = json["pit"],
                        .after = json["after"],
                        .most = json["most"]};
  const bool sound = CheckIndexName(position.index) && position.shard <= position.shards &&
                     (position.after.empty() || Json::parse(position.after, nullptr, false).is_array());
  if (!sound) return unknown();
  return position;
}

Result<IndexPage> ReadPage(const OpenSearchClient& client, ScanPosition position, ItemCount limit,
                           ScanContent content) {
  std::uint64_t size = std::min(limit.value, kLargestPage);
  if (position.most > 0) size = std::min(size, position.most);
  IndexPage page;
  const std::size_t rounds = std::max<std::size_t>(position.shards, 1);
  for (; position.shard < rounds; ++position.shard) {
    if (position.pit_id.empty()) TRY(OpenView(client, position));
    TRY_ASSIGN(HitsReply reply, ReadSome(client, position, size, content));
    if (!reply.pit_id.empty()) position.pit_id = reply.pit_id;
    const bool more = reply.hits.size() >= size;
    page.hits = std::move(reply.hits);
    if (more) {
      position.after = reply.last_sort;
      page.next = ToCursor(position);
      return page;
    }
    CloseView(client, position);
    position.pit_id.clear();
    position.after.clear();
    // A page ends with its shard, so that it never holds more than was asked for; empty ones are passed over.
    if (page.hits.empty()) continue;
    ++position.shard;
    if (position.shard < rounds) page.next = ToCursor(position);
    return page;
  }
  return page;
}

}  // namespace vams::aws
