#include "backends/aws/search/opensearch_client.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "net/service_error.h"

namespace vams::aws {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

}  // namespace

Result<Url> OpenSearchEndpoint(std::string_view text) {
  const std::string_view trimmed = Trimmed(text);
  if (trimmed.empty()) return Fail(ErrorCode::kUsage, "the OpenSearch endpoint is empty");
  const bool has_scheme = trimmed.find("://") != std::string_view::npos;
  Result<Url> url = ParseUrl(has_scheme ? std::string(trimmed) : fmt::format("https://{}", trimmed));
  if (!url) return std::unexpected(Error(url.error()).In("the OpenSearch endpoint"));
  if (!url->query.empty()) return Fail(ErrorCode::kUsage, "the OpenSearch endpoint must have no query (?...)");
  return url;
}

Status CheckIndexName(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  const auto refuse = [&](std::string_view why) {
    return Fail(ErrorCode::kUsage, "'{}' is no name of an index: {}", Printable(name.substr(0, kLongest)), why);
  };
  if (name.empty()) return refuse("it is empty");
  if (name.size() > kLongest) return refuse("it has more than 255 bytes");
  if (name == "." || name == "..") return refuse("it names no index");
  if (std::string_view("-_+").find(name.front()) != std::string_view::npos) return refuse("it begins with -, _ or +");
  for (const char c : name) {
    const bool bad = static_cast<unsigned char>(c) <= 0x20 || (c >= 'A' && c <= 'Z') || c == 0x7f ||
                     std::string_view("\\/*?\"<>|,#:").find(c) != std::string_view::npos;
    if (bad) return refuse("capitals, spaces and \\ / * ? \" < > | , # : are not allowed");
  }
  if (!IsUtf8(name)) return refuse("it is not UTF-8");
  return {};
}

OpenSearchClient::OpenSearchClient(std::shared_ptr<Transport> transport, OpenSearchKind kind, Url endpoint,
                                   std::string region, bool sign)
    : kind_(kind),
      client_(std::move(transport),
              kind == OpenSearchKind::kServerless ? Service::kOpenSearchServerless : Service::kOpenSearch,
              std::move(endpoint), std::move(region),
              !sign                                 ? ""
              : kind == OpenSearchKind::kServerless ? "aoss"
                                                    : "es") {}

HttpRequest OpenSearchClient::Request(Method method, std::string_view operation, std::string_view path,
                                      std::string body, Query query) const {
  HttpRequest request = client_.Request(method, operation);
  while (request.url.path.ends_with('/')) request.url.path.pop_back();
  request.url.path += fmt::format("/{}", path);
  request.url.query = std::move(query);
  request.accept_gzip = true;
  if (method != Method::kHead) request.readable = LooksLikeJson;
  if (body.empty()) return request;
  request.headers.Add("Content-Type", "application/json");
  request.body = Body(std::move(body));
  // Domains take compressed bodies; that collections do is written nowhere.
  request.gzip_body = !serverless();
  return request;
}

Status OpenSearchClient::Read(const HttpRequest& request, const HttpReply& reply) {
  if (reply.status >= 200 && reply.status <= 299) return {};
  return std::unexpected(FromService(reply, request.call));
}

Result<nlohmann::ordered_json> OpenSearchClient::SendForJson(HttpRequest&& request) const {
  return SendForJson(request);
}

Result<nlohmann::ordered_json> OpenSearchClient::SendForJson(HttpRequest& request) const {
  TRY_ASSIGN(const HttpReply reply, Send(request));
  auto json = nlohmann::ordered_json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::unexpected(BadReply(request.call, reply, "not a JSON object"));
  return json;
}

}  // namespace vams::aws
