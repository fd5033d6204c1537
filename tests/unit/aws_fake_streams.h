#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "tests/unit/aws_world.h"

namespace vams::aws {

// DynamoDB and its streams behind two scripted services: tables `assets`, `metadata` and `links`, whose streams have
// the shards that a test gives them. What a test scripts comes first.
class FakeStreams {
 public:
  struct Shard {
    std::string parent{};
    std::vector<std::string> sequences{};  // of one record each
    std::size_t trimmed = 0;               // of them no longer kept
    bool closed = false;
    std::size_t gap = 0;  // empty pages before the first record
  };

  FakeStreams() {
    for (const char* table : {"assets", "metadata", "links"}) shards[table] = {};
    dynamodb.transport->Otherwise([this](const HttpRequest& request) {
      const std::string table = Json::parse(request.body.view())["TableName"];
      Json reply;
      reply["Table"] = {{"TableName", table},
                        {"StreamSpecification", {{"StreamEnabled", true}, {"StreamViewType", view_type}}},
                        {"LatestStreamArn", ArnOf(table)}};
      return HttpReply{.status = 200, .body = reply.dump()};
    });
    streams.transport->Otherwise([this](const HttpRequest& request) { return Answer(request); });
  }

  static std::string ArnOf(const std::string& table) {
    return "arn:aws:dynamodb:eu-west-1:1:table/" + table + "/stream/2025";
  }
  // How often an operation was asked for.
  std::size_t Count(std::string_view operation) const {
    std::size_t n = 0;
    for (const HttpRequest& request : streams.requests()) n += request.call.operation == operation ? 1 : 0;
    return n;
  }

  ScriptedService dynamodb;
  ScriptedService streams{Service::kDynamoDbStreams};
  std::map<std::string, std::map<std::string, Shard>> shards;  // by table and id
  std::set<std::string> expired;                               // iterators
  std::string view_type = "NEW_IMAGE";

 private:
  static HttpReply Refusal(const std::string& code) {
    return {.status = 400, .body = Json{{"__type", "x#" + code}, {"message", "said so"}}.dump()};
  }
  static HttpReply Reply(const Json& json) { return {.status = 200, .body = json.dump()}; }
  static std::string Iterator(const std::string& table, const std::string& shard, std::size_t at, std::size_t empties) {
    return fmt::format("{}|{}|{}|{}", table, shard, at, empties);
  }

  HttpReply Answer(const HttpRequest& request) {
    const Json body = Json::parse(request.body.view());
    const std::string& operation = request.call.operation;
    if (operation == "GetRecords") return Records(body);
    const std::string stream = body["StreamArn"];
    const std::size_t from = stream.find("table/") + 6;
    const std::string table = stream.substr(from, stream.find('/', from) - from);
    return operation == "DescribeStream" ? Describe(table) : ShardIterator(table, body);
  }
  HttpReply Describe(const std::string& table) const {
    Json list = Json::array();
    for (const auto& [id, shard] : shards.at(table)) {
      Json entry{{"ShardId", id}, {"SequenceNumberRange", Json::object()}};
      if (!shard.parent.empty()) entry["ParentShardId"] = shard.parent;
      list.push_back(std::move(entry));
    }
    Json reply;
    reply["StreamDescription"]["Shards"] = std::move(list);
    return Reply(reply);
  }
  HttpReply ShardIterator(const std::string& table, const Json& body) const {
    const auto it = shards.at(table).find(body["ShardId"]);
    if (it == shards.at(table).end()) return Refusal("ResourceNotFoundException");
    const Shard& shard = it->second;
    std::size_t at = shard.trimmed;
    if (body["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER") {
      const std::string after = body["SequenceNumber"];
      for (at = 0; at < shard.sequences.size() && shard.sequences[at] != after;) ++at;
      if (at < shard.trimmed || at == shard.sequences.size()) return Refusal("TrimmedDataAccessException");
      ++at;
    }
    return Reply({{"ShardIterator", Iterator(table, it->first, at, at == 0 ? shard.gap : 0)}});
  }
  HttpReply Records(const Json& body) const {
    const std::string iterator = body["ShardIterator"];
    if (expired.contains(iterator)) return Refusal("ExpiredIteratorException");
    std::vector<std::string> parts;
    for (const auto part : Split(iterator, '|')) parts.emplace_back(part);
    const auto it = shards.at(parts[0]).find(parts[1]);
    if (it == shards.at(parts[0]).end()) return Refusal("ResourceNotFoundException");
    const Shard& shard = it->second;
    std::size_t at = std::stoul(parts[2]);
    std::size_t empties = std::stoul(parts[3]);
    if (at < shard.trimmed) return Refusal("TrimmedDataAccessException");
    Json reply{{"Records", Json::array()}};
    if (empties > 0) {
      --empties;
    } else {
      for (std::uint64_t n = 0; n < body["Limit"] && at < shard.sequences.size(); ++n, ++at) {
        const Json key{{"databaseId", {{"S", "db"}}}, {"assetId", {{"S", shard.sequences[at]}}}};
        Json record{{"eventName", "MODIFY"}};
        record["dynamodb"] = {{"Keys", key}, {"NewImage", key}, {"SequenceNumber", shard.sequences[at]}};
        reply["Records"].push_back(std::move(record));
      }
    }
    if (!shard.closed || at < shard.sequences.size() || empties > 0) {
      reply["NextShardIterator"] = Iterator(parts[0], parts[1], at, empties);
    }
    return Reply(reply);
  }
};

}  // namespace vams::aws
