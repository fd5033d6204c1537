#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"
#include "net/service.h"
#include "ports/search_index.h"

// What OpenSearch answers, read. A reply that says less than the whole truth (shards that failed, a time-out, items
// that are missing) is an error, never a smaller answer. kBadReply: it is not of the documented shape.
namespace vams::aws {

struct HitsReply {
  std::string pit_id;  // "" where none was used
  std::optional<std::uint64_t> total;
  std::vector<IndexHit> hits;  // bodies as they were sent; "" where the source was not asked for
  std::string last_sort;       // JSON array of the last hit, "" where there is none
};
// `with_bodies`: the source was asked for, so that a hit without one is an error.
Result<HitsReply> ReadHits(const HttpReply& reply, const Call& call, bool with_bodies);

// _mget: one answer for each of the `count` ids, in order.
Result<std::vector<std::optional<std::string>>> ReadDocuments(const HttpReply& reply, const Call& call,
                                                              std::size_t count);

struct BulkReply {
  std::vector<Result<BulkOutcome>> outcomes;
  bool first_in_shard = false;  // an item was the very first write that its shard has seen
};
// `ops` as they were sent. An item that found no index makes the whole kNotFound.
Result<BulkReply> ReadBulk(const HttpReply& reply, const Call& call, std::span<const BulkOp* const> ops);

// The path of the field that is to blame for the refusal of a document, from the reason that the service gives; ""
// where it names none.
std::string_view BlamedField(std::string_view reason);
// The member of the JSON object `body` that holds the field of that path; "" where there is none.
std::string TopLevelField(std::string_view body, std::string_view path);

// What an item of a reply says went wrong with it: {"type", "reason", "caused_by"} below "error", and its status.
Error ItemError(std::string_view error_json, int status, const Call& call, std::string_view request_id,
                std::string_view body);

}  // namespace vams::aws
