#include "net/service_error.h"

#include <array>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "base/text.h"
#include "net/access_denied.h"

namespace vams {
namespace {

using Json = nlohmann::json;
using Kind = TransportError::Kind;

// Longer texts are stack traces and pages; what matters stands in front.
constexpr std::size_t kMaxMessage = 1000;

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kMaxMessage)) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (space && (line.empty() || line.back() == ' ')) continue;
    line.push_back(space ? ' ' : c);
  }
  while (line.ends_with(' ')) line.pop_back();
  if (text.size() > kMaxMessage) line += "...";
  return Printable(line);
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  return from == text.npos ? std::string_view() : text.substr(from);
}

bool IsWithin(char first, char last, std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return end != text.npos && text[end] == last && Trimmed(text).front() == first;
}

// The first of these members that is a string.
std::string TextOf(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto at = object.find(name);
    if (at != object.end() && at->is_string()) return at->get<std::string>();
  }
  return {};
}

void ReadJson(std::string_view body, ServiceError& error) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return;
  error.code = TextOf(json, {"__type", "code", "Code", "errorCode"});
  error.message = TextOf(json, {"message", "Message", "errorMessage", "error_description"});
  const auto inner = json.find("error");
  if (inner == json.end()) return;
  if (inner->is_string()) {
    // OIDC has {"error":"invalid_grant","error_description":...}, OpenSearch's front {"error":"some
    // sentence","status":400}.
    const std::string text = inner->get<std::string>();
    (text.find(' ') == text.npos ? error.code : error.message) = text;
  } else if (inner->is_object()) {
    error.code = TextOf(*inner, {"type", "code"});
    error.message = TextOf(*inner, {"reason", "message"});
    // "all shards failed" says nothing; what the first shard said does.
    const auto causes = inner->find("root_cause");
    if (causes != inner->end() && causes->is_array() && !causes->empty() && causes->front().is_object()) {
      const std::string reason = TextOf(causes->front(), {"reason"});
      const std::string type = TextOf(causes->front(), {"type"});
      // Which of the two it is, an expired scan or shards that are away, only the shard tells.
      if (error.code == "search_phase_execution_exception" && !type.empty()) error.code = type;
      if (!reason.empty() && reason != error.message) error.message += error.message.empty() ? reason : ": " + reason;
    }
  }
}

// <Error>, <ErrorResponse><Error>, <Response><Errors><Error>: the first element of that name holds it.
void ReadXml(std::string_view body, ServiceError& error) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size(), pugi::parse_default)) return;
  const pugi::xml_node found = document.find_node(
      [](const pugi::xml_node& node) { return std::string_view(node.name()) == "Error" && node.child("Code"); });
  if (!found) return;
  error.code = found.child("Code").text().as_string();
  error.message = found.child("Message").text().as_string();
  error.region = found.child("Region").text().as_string();
  for (const pugi::xml_node& holder : {found, document.document_element()}) {
    for (const char* name : {"RequestId", "RequestID"}) {
      if (error.request_id.empty()) error.request_id = holder.child(name).text().as_string();
    }
  }
}

// A proxy or a load balancer answered: its title is the best there is.
std::string TitleOfPage(std::string_view body) {
  const std::string lower = AsciiLower(body.substr(0, 4096));
  const std::size_t from = lower.find("<title>");
  const std::size_t to = lower.find("</title>");
  if (from == lower.npos || to == lower.npos || to < from) return "an HTML page";
  return "an HTML page: " + OneLine(body.substr(from + 7, to - from - 7));
}

bool LooksLikeHtml(std::string_view body) {
  const std::string start = AsciiLower(body.substr(0, 15));
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

bool IsOpenSearch(Service service) {
  return service == Service::kOpenSearch || service == Service::kOpenSearchServerless;
}

struct Phrase {
  std::string_view words;
  ErrorClass cls;
};
// What the front of OpenSearch domains says without a code.
constexpr std::array kPhrases = {
    Phrase{"Request throttled", ErrorClass::kThrottled},
    Phrase{"security token included in the request is expired", ErrorClass::kExpired},
    Phrase{"security token included in the request is invalid", ErrorClass::kAuth},
    Phrase{"Signature expired", ErrorClass::kClockSkew},
    Phrase{"Signature not yet current", ErrorClass::kClockSkew},
    Phrase{"request signature we calculated does not match", ErrorClass::kClockSkew},
    Phrase{"Request size exceeded", ErrorClass::kTooLarge},
};

std::string Describe(const ServiceError& error) {
  std::string text = error.code.empty() ? fmt::format("HTTP {}", error.status) : error.code;
  if (!error.message.empty()) text += ": " + error.message;
  return text;
}

Error Build(const ServiceError& said, const Call& call) {
  const Classification what = Classify(call.service, said);
  Error error{.code = CodeOf(what.cls),
              .message = Describe(said),
              .hint = std::string(what.hint),
              .retryable = MayPass(what.cls),
              .operation = OperationName(call),
              .request_id = said.request_id};
  if (what.cls == ErrorClass::kAccessDenied && error.hint.empty()) {
    const Denial denial = ReadDenial(said.message, call);
    error.message += fmt::format(" (needs {} on {})", Printable(denial.action), Printable(denial.resource));
    error.hint = DenialHint(denial, call);
  }
  return error;
}

ErrorCode CodeOfKind(Kind kind) {
  switch (kind) {
    case Kind::kResolve:
    case Kind::kConnect:
    case Kind::kTls:
    case Kind::kReset:
    case Kind::kCutBody: return ErrorCode::kUnavailable;
    case Kind::kConnectTimeout:
    case Kind::kFirstByteTimeout:
    case Kind::kTotalTimeout: return ErrorCode::kTimeout;
    case Kind::kTooLarge: return ErrorCode::kTooLarge;
    case Kind::kBadHttp: return ErrorCode::kBadReply;
    case Kind::kBadRequest: return ErrorCode::kInvalid;
    case Kind::kCancelled: return ErrorCode::kCancelled;
    case Kind::kCredentials: return ErrorCode::kAccessDenied;
  }
  return ErrorCode::kUnknown;
}

std::string_view HintOfKind(Kind kind) {
  switch (kind) {
    case Kind::kResolve: return "check the region, the endpoint and this machine's name resolution";
    case Kind::kConnect:
    case Kind::kConnectTimeout: return "check the endpoint, the network and the proxy settings (HTTPS_PROXY, NO_PROXY)";
    case Kind::kTls:
      return "the server's certificate must be valid for its name and signed by a trusted authority: name yours with "
             "AWS_CA_BUNDLE, or install ca-certificates";
    case Kind::kFirstByteTimeout:
    case Kind::kTotalTimeout:
    case Kind::kReset:
    case Kind::kCutBody: return "the connection broke: if it stays so, check the network between here and the service";
    case Kind::kBadHttp: return "check the endpoint: what answers there is not the service";
    case Kind::kTooLarge:
    case Kind::kBadRequest:
    case Kind::kCancelled:
    case Kind::kCredentials: return {};
  }
  return {};
}

}  // namespace

bool MayPass(Kind kind) {
  switch (kind) {
    case Kind::kResolve:
    case Kind::kConnect:
    case Kind::kConnectTimeout:
    case Kind::kFirstByteTimeout:
    case Kind::kTotalTimeout:
    case Kind::kReset:
    case Kind::kCutBody: return true;
    case Kind::kTls:
    case Kind::kTooLarge:
    case Kind::kBadHttp:
    case Kind::kBadRequest:
    case Kind::kCancelled:
    case Kind::kCredentials: return false;
  }
  return false;
}

std::string RequestId(const HttpReply& reply) {
  for (const char* name : {"x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"}) {
    if (const std::string* id = reply.headers.Find(name); id != nullptr && !id->empty()) return OneLine(*id);
  }
  return {};
}

ServiceError ReadServiceError(Service service, const HttpReply& reply) {
  ServiceError error{.status = reply.status};
  const std::string_view body = Trimmed(reply.body);
  if (body.starts_with('{')) {
    ReadJson(body, error);
  } else if (LooksLikeHtml(body)) {
    error.message = TitleOfPage(body);
  } else if (body.starts_with('<')) {
    ReadXml(body, error);
  } else {
    error.message = body;  // metadata services and proxies say a sentence, or nothing
  }
  // The JSON protocols name the code in a header as well, some of them nowhere else.
  if (error.code.empty()) error.code = reply.headers.Get("x-amzn-errortype");
  error.code = OneLine(BareCode(error.code));
  error.message = OneLine(error.message);
  if (const std::string id = RequestId(reply); !id.empty()) error.request_id = id;
  error.request_id = OneLine(error.request_id);
  if (const std::string* region = reply.headers.Find("x-amz-bucket-region")) error.region = *region;
  error.region = OneLine(error.region);
  if (service == Service::kS3 && error.code.empty() && error.message.empty()) {
    // A HEAD has no body. An expired token and a wrong region are both a bare 400; the region is then named in a
    // header.
    if (reply.status == 400) error.code = error.region.empty() ? "" : "AuthorizationHeaderMalformed";
    if (reply.status == 412) error.code = "PreconditionFailed";
  }
  return error;
}

Classification Classify(Service service, const ServiceError& error) {
  if (IsOpenSearch(service)) {
    for (const auto& [words, cls] : kPhrases) {
      if (error.message.find(words) != std::string::npos) return {cls, HintOf(cls)};
    }
  }
  if (service == Service::kS3 && error.status == 400 && error.code.empty() && error.message.empty()) {
    return {ErrorClass::kExpired, "the service gave no reason; expired or foreign credentials are the usual one"};
  }
  return Classify(service, error.code, error.status);
}

bool LooksLikeJson(const HttpReply& reply) { return IsWithin('{', '}', reply.body); }

bool LooksLikeXml(const HttpReply& reply) { return IsWithin('<', '>', reply.body); }

Error FromTransport(const TransportError& error, const Call& call) {
  if (error.cause) {
    Error cause = *error.cause;
    if (cause.operation.empty()) cause.operation = OperationName(call);
    return cause;
  }
  return {.code = CodeOfKind(error.kind),
          .message = error.message,
          .hint = std::string(HintOfKind(error.kind)),
          .retryable = MayPass(error.kind),
          .operation = OperationName(call)};
}

Error FromService(const HttpReply& reply, const Call& call) {
  return Build(ReadServiceError(call.service, reply), call);
}

Error FromEntry(std::string_view code, std::string_view message, std::string_view request_id, const Call& call,
                int status) {
  return Build({.status = status,
                .code = OneLine(BareCode(code)),
                .message = OneLine(message),
                .request_id = std::string(request_id)},
               call);
}

Result<HttpReply> Accept(Sent sent, const Call& call) {
  if (!sent) return std::unexpected(FromTransport(sent.error(), call));
  if (sent->status < 200 || sent->status > 299) return std::unexpected(FromService(*sent, call));
  return *std::move(sent);
}

}  // namespace vams
