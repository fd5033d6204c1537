#include "backends/aws/search/opensearch_replies.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "backends/aws/aws_client.h"
#include "backends/aws/json_reader.h"
#include "base/text.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

using Json = nlohmann::json;

// {"total": n, "successful": n, "failed": n}
bool ReadShards(JsonReader& json, bool& whole) {
  return json.Object([&](std::string_view name) {
    if (name != "failed") return json.Skip();
    const auto failed = json.Unsigned();
    if (failed && *failed > 0) whole = false;
    return failed.has_value();
  });
}

struct Hit {
  IndexHit hit;
  std::string_view sort;
};

bool ReadHit(JsonReader& json, bool with_bodies, Hit& into) {
  bool has_id = false;
  bool has_body = false;
  const bool read = json.Object([&](std::string_view name) {
    if (name == "_id") {
      auto id = json.String();
      has_id = id.has_value();
      if (id) into.hit.id = *std::move(id);
      return has_id;
    }
    const bool source = name == "_source" && with_bodies;
    if (!source && name != "sort") return json.Skip();
    const auto raw = json.Raw();
    if (!raw) return false;
    if (source) {
      into.hit.body = *raw;
      has_body = raw->starts_with('{');
    } else {
      into.sort = *raw;
    }
    return true;
  });
  return read && has_id && has_body == with_bodies;
}

bool ReadTotal(JsonReader& json, std::optional<std::uint64_t>& total) {
  return json.Object([&](std::string_view name) {
    if (name != "value") return json.Skip();
    total = json.Unsigned();
    return total.has_value();
  });
}

std::string TextOf(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::optional<BulkOutcome> OutcomeOf(std::string_view result, int status) {
  if (result == "created") return BulkOutcome::kCreated;
  if (result == "updated") return BulkOutcome::kUpdated;
  if (result == "deleted") return BulkOutcome::kDeleted;
  if (result == "not_found") return BulkOutcome::kAbsent;
  if (status == 409) return BulkOutcome::kVersionConflict;
  return std::nullopt;
}

}  // namespace

Result<HitsReply> ReadHits(const HttpReply& reply, const Call& call, bool with_bodies) {
  HitsReply found;
  bool whole = true;
  bool timed_out = false;
  bool has_hits = false;
  std::string_view last_sort;
  JsonReader json(reply.body);
  const auto in_hits = [&](std::string_view name) {
    if (name == "total") return ReadTotal(json, found.total);
    if (name != "hits") return json.Skip();
    has_hits = true;
    return json.Array([&] {
      Hit hit;
      if (!ReadHit(json, with_bodies, hit)) return false;
      found.hits.push_back(std::move(hit.hit));
      last_sort = hit.sort;
      return true;
    });
  };
  const bool read = json.Object([&](std::string_view name) {
    if (name == "_shards") return ReadShards(json, whole);
    if (name == "hits") return json.Object(in_hits);
    if (name == "timed_out") {
      const auto value = json.Bool();
      timed_out = value.value_or(false);
      return value.has_value();
    }
    if (name != "pit_id") return json.Skip();
    auto id = json.String();
    if (id) found.pit_id = *id;
    return id.has_value();
  });
  if (!read || !has_hits) return std::unexpected(BadReply(call, reply, "not the answer of a search"));
  if (!whole || timed_out) {
    Error error = MakeError(ErrorCode::kUnavailable, "the search did not reach every shard of the index");
    error.retryable = true;
    error.operation = OperationName(call);
    return std::unexpected(std::move(error));
  }
  found.last_sort = last_sort;
  return found;
}

Result<std::vector<std::optional<std::string>>> ReadDocuments(const HttpReply& reply, const Call& call,
                                                              std::size_t count) {
  std::vector<std::optional<std::string>> bodies;
  bodies.reserve(count);
  std::optional<Error> broken;
  JsonReader json(reply.body);
  const auto read_one = [&] {
    bool found = false;
    std::optional<std::string> body;
    const bool read = json.Object([&](std::string_view name) {
      if (name == "found") {
        const auto value = json.Bool();
        found = value.value_or(false);
        return value.has_value();
      }
      if (name != "error" && name != "_source") return json.Skip();
      const auto raw = json.Raw();
      if (!raw) return false;
      if (name == "_source") {
        body = std::string(*raw);
      } else if (!broken) {
        broken = ItemError(*raw, 0, call, RequestId(reply), {});
      }
      return true;
    });
    if (!read || (found && !body && !broken)) return false;
    bodies.push_back(found ? std::move(body) : std::nullopt);
    return true;
  };
  const bool read = json.Object([&](std::string_view name) {
    if (name == "docs") return json.Array(read_one);
    return json.Skip();
  });
  if (broken) return std::unexpected(*std::move(broken));
  if (!read || bodies.size() != count) {
    return std::unexpected(BadReply(call, reply, "not one answer for each document asked for"));
  }
  return bodies;
}

Error ItemError(std::string_view error_json, int status, const Call& call, std::string_view request_id,
                std::string_view body) {
  const Json json = Json::parse(error_json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return FromEntry("", "", request_id, call, status);
  std::string message = TextOf(json, "reason");
  std::string_view path = BlamedField(message);
  std::string field = TopLevelField(body, path);
  // What is wrong with the value stands in the innermost cause, and with some types the field only there.
  for (const Json* cause = &json;
       (cause = cause->contains("caused_by") ? &(*cause)["caused_by"] : nullptr) != nullptr;) {
    if (!cause->is_object()) break;
    const std::string reason = TextOf(*cause, "reason");
    if (field.empty()) field = TopLevelField(body, BlamedField(reason));
    if (!reason.empty() && message.find(reason) == std::string::npos) message += ": " + reason;
  }
  Error error = FromEntry(TextOf(json, "type"), message, request_id, call, status);
  if (error.code == ErrorCode::kInvalid) error.field = std::move(field);
  return error;
}

Result<BulkReply> ReadBulk(const HttpReply& reply, const Call& call, std::span<const BulkOp* const> ops) {
  const Json json = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  const auto bad = [&] { return std::unexpected(BadReply(call, reply, "not one result for each operation sent")); };
  if (!json.is_object() || !json.contains("items")) return bad();
  const Json& items = json["items"];
  if (!items.is_array() || items.size() != ops.size()) return bad();
  BulkReply read;
  read.outcomes.reserve(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const char* verb = ops[i]->kind == BulkOp::Kind::kIndex ? "index" : "delete";
    if (!items[i].is_object() || !items[i].contains(verb)) return bad();
    const Json& item = items[i][verb];
    if (!item.is_object() || TextOf(item, "_id") != ops[i]->id) return bad();
    const auto status_at = item.find("status");
    const int status = status_at != item.end() && status_at->is_number_integer() ? status_at->get<int>() : 0;
    const auto error_at = item.find("error");
    const std::string result = TextOf(item, "result");
    if (error_at == item.end() || status == 409) {
      const auto outcome = OutcomeOf(result, status);
      if (!outcome) return bad();
      const auto sequence = item.find("_seq_no");
      read.first_in_shard = read.first_in_shard || (sequence != item.end() && *sequence == 0 && status != 409);
      read.outcomes.emplace_back(*outcome);
      continue;
    }
    Error error = ItemError(error_at->dump(), status, call, RequestId(reply), ops[i]->body);
    if (error.code == ErrorCode::kNotFound) return std::unexpected(std::move(error));
    read.outcomes.emplace_back(std::unexpected(std::move(error)));
  }
  return read;
}

std::string_view BlamedField(std::string_view reason) {
  struct Phrase {
    std::string_view before;
    char end;
  };
  // Recorded from 2.19 (docs/decisions/0005-opensearch.md). The texts after the name hold values of the document, so
  // each phrase counts only where it begins the reason.
  static constexpr std::array kPhrases = {
      Phrase{"failed to parse field [", ']'},
      Phrase{"object mapping for [", ']'},
      Phrase{"object mapping [", ']'},
      Phrase{"mapper [", ']'},
      Phrase{"can't merge a non object mapping [", ']'},
      Phrase{"Could not dynamically add mapping for field [", ']'},
      Phrase{"mapping set to strict, dynamic introduction of [", ']'},
      Phrase{"Document contains at least one immense term in field=\"", '"'},
  };
  for (const auto& [before, end] : kPhrases) {
    if (!reason.starts_with(before)) continue;
    reason.remove_prefix(before.size());
    const std::size_t to = reason.find(end);
    return to == std::string_view::npos ? std::string_view() : reason.substr(0, to);
  }
  return {};
}

std::string TopLevelField(std::string_view body, std::string_view path) {
  if (path.empty()) return {};
  std::string best;
  JsonReader json(body);
  const bool read = json.Object([&](std::string_view name) {
    // "a.keyword" is a part of the field "a"; of the members "a" and "a.b", "a.b.c" is in the longer one.
    const bool holds = path == name || (path.starts_with(name) && path[name.size()] == '.');
    if (holds && name.size() > best.size()) best = name;
    return json.Skip();
  });
  return read ? best : std::string();
}

}  // namespace vams::aws
