#include "backends/aws/search/field_replay.h"

#include <nlohmann/json.hpp>

#include "backends/aws/aws_client.h"
#include "backends/aws/search/opensearch_replies.h"
#include "base/units.h"

namespace vams::aws {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDocumentsAtOnce = 200;
constexpr Bytes kBytesAtOnce{std::uint64_t{4} << 20};
// The parser names one field at a time. A document with more refused fields than this keeps the rest to itself.
constexpr int kRounds = 50;

// "" where the field is not there.
std::string Without(const std::string& body, const std::string& field) {
  auto json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.erase(field) == 0) return {};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::unexpected<Error> CannotTell(const Error& error) {
  return Fail(ErrorCode::kUnknown, "the service does not tell what its mapping takes: {}", error.message);
}

class Replay {
 public:
  Replay(const OpenSearchClient& client, const std::string& path, std::span<const std::string> bodies)
      : client_(client), path_(path), refused_(bodies.size()) {
    for (std::size_t i = 0; i < bodies.size(); ++i) open_.push_back({i, bodies[i]});
  }

  Result<std::vector<std::vector<RefusedField>>> Run() {
    for (int round = 0; round < kRounds && !open_.empty(); ++round) TRY(Round());
    return std::move(refused_);
  }

 private:
  struct Document {
    std::size_t place = 0;
    std::string body;
  };

  Status Round() {
    std::vector<Document> still;
    for (std::size_t at = 0; at < open_.size();) {
      std::vector<std::string> bodies;
      std::size_t bytes = 0;
      for (std::size_t i = at; i < open_.size() && bodies.size() < kDocumentsAtOnce; ++i) {
        bytes += open_[i].body.size();
        if (!bodies.empty() && bytes > kBytesAtOnce.value) break;
        bodies.push_back(open_[i].body);
      }
      TRY_ASSIGN(auto refusals, Ask(bodies));
      for (std::size_t i = 0; i < bodies.size(); ++i) {
        if (!refusals[i]) continue;
        Document& document = open_[at + i];
        std::string rest = refusals[i]->name.empty() ? std::string() : Without(document.body, refusals[i]->name);
        refused_[document.place].push_back(*std::move(refusals[i]));
        if (!rest.empty()) still.push_back({document.place, std::move(rest)});
      }
      at += bodies.size();
    }
    open_ = std::move(still);
    return {};
  }

  Result<std::vector<std::optional<RefusedField>>> Ask(std::span<const std::string> bodies) const {
    std::string body = R"({"docs":[)";
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      body += fmt::format(R"({}{{"doc":{},"fields":[]}})", i == 0 ? "" : ",", bodies[i]);
    }
    body += "]}";
    HttpRequest request =
        client_.Request(Method::kPost, "POST _mtermvectors", path_ + "/_mtermvectors", std::move(body));
    TRY_ASSIGN(const HttpReply reply, client_.SendAny(request));
    if (reply.status == 405 || (reply.status >= 400 && reply.status < 404)) {
      const auto refused = client_.Read(request, reply);
      if (!refused && !refused.error().retryable) return CannotTell(refused.error());
    }
    TRY(client_.Read(request, reply));
    return ReadReplay(reply, request.call, bodies);
  }

  const OpenSearchClient& client_;
  const std::string& path_;
  std::vector<Document> open_;
  std::vector<std::vector<RefusedField>> refused_;
};

}  // namespace

Result<std::vector<std::optional<RefusedField>>> ReadReplay(const HttpReply& reply, const Call& call,
                                                            std::span<const std::string> bodies) {
  const auto bad = [&] { return std::unexpected(BadReply(call, reply, "not one answer for each document")); };
  const auto json = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("docs")) return bad();
  const Json& docs = json["docs"];
  if (!docs.is_array() || docs.size() != bodies.size()) return bad();
  std::vector<std::optional<RefusedField>> refusals(bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (!docs[i].is_object()) return bad();
    const auto error = docs[i].find("error");
    if (error == docs[i].end()) continue;
    // The outermost error says only that term vectors failed; what the parser said is its cause.
    const bool wrapped = error->is_object() && error->contains("caused_by");
    const Json& cause = wrapped ? (*error)["caused_by"] : *error;
    Error said = ItemError(cause.dump(-1, ' ', false, Json::error_handler_t::replace), 0, call, {}, bodies[i]);
    if (said.code != ErrorCode::kInvalid) return std::unexpected(std::move(said));
    refusals[i] = {.name = std::move(said.field), .reason = std::move(said.message)};
  }
  return refusals;
}

Result<std::vector<std::vector<RefusedField>>> ReplayDocuments(const OpenSearchClient& client, const std::string& path,
                                                               std::span<const std::string> bodies) {
  if (client.serverless()) {
    return Fail(ErrorCode::kUnknown, "a serverless collection does not tell what its mapping takes");
  }
  return Replay(client, path, bodies).Run();
}

}  // namespace vams::aws
