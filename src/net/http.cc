#include "net/http.h"

#include <charconv>

#include "base/percent.h"
#include "base/text.h"

namespace vams {
namespace {

// The query without its '?', in pairs.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (text.empty()) return pairs;
  for (const std::string_view part : Split(text, '&')) {
    const std::size_t equals = part.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    pairs.emplace_back(PercentDecode(part.substr(0, equals)), PercentDecode(value));
  }
  return pairs;
}

bool IsHostText(std::string_view host) {
  if (host.empty()) return false;
  const bool bracketed = host.front() == '[';
  if (bracketed != (host.back() == ']') || (bracketed && host.size() < 4)) return false;
  const std::string_view allowed = bracketed ? "[]:.%" : "-._";
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           allowed.find(c) != std::string_view::npos;
  });
}

}  // namespace

Result<Url> ParseUrl(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    // A URL with a password in it must not be echoed.
    const bool safe = text.find('@') == std::string_view::npos;
    return Fail(ErrorCode::kUsage, "not a usable URL{}{}: {}", safe ? " " : "", safe ? Printable(text) : "", why);
  };
  Url url;
  std::string_view rest = text;
  const std::size_t colon = rest.find("://");
  if (colon == std::string_view::npos) return refuse("it must begin with https:// or http://");
  const std::string scheme = AsciiLower(rest.substr(0, colon));
  if (scheme == "http") {
    url.scheme = Scheme::kHttp;
  } else if (scheme != "https") {
    return refuse("it must begin with https:// or http://");
  }
  rest.remove_prefix(colon + 3);
  if (rest.find('#') != std::string_view::npos) return refuse("it must have no fragment (#...)");
  std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos) return refuse("it must have no user or password");
  const std::size_t port_colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  if (port_colon != std::string_view::npos && (bracket == std::string_view::npos || port_colon > bracket)) {
    const std::string_view digits = authority.substr(port_colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || end != digits.data() + digits.size() || url.port == 0) {
      return refuse("the port must be a number from 1 to 65535");
    }
    authority = authority.substr(0, port_colon);
  }
  if (!IsHostText(authority)) return refuse("it has no valid host name");
  url.host = AsciiLower(authority);
  const std::size_t question = rest.find('?');
  const std::string_view path = rest.substr(0, question);
  // A byte that no URL may hold is encoded, so that no line break can reach the request line.
  url.path = path.empty() ? "/" : PercentEncode(path, "/%!$&'()*+,;=:@");
  if (question != std::string_view::npos) url.query = ParseQuery(rest.substr(question + 1));
  return url;
}

std::string RequestTarget(const Url& url) {
  std::string target = url.path.empty() ? "/" : url.path;
  char separator = '?';
  for (const auto& [name, value] : url.query) {
    target.push_back(separator);
    target += PercentEncode(name);
    target.push_back('=');
    target += PercentEncode(value);
    separator = '&';
  }
  return target;
}

std::string FormatUrl(const Url& url) {
  return (url.scheme == Scheme::kHttps ? "https://" : "http://") + HostHeader(url) + RequestTarget(url);
}

std::string_view TransportErrorName(TransportError::Kind kind) {
  switch (kind) {
    case TransportError::Kind::kResolve: return "resolve";
    case TransportError::Kind::kConnect: return "connect";
    case TransportError::Kind::kTls: return "tls";
    case TransportError::Kind::kConnectTimeout: return "connect-timeout";
    case TransportError::Kind::kFirstByteTimeout: return "first-byte-timeout";
    case TransportError::Kind::kTotalTimeout: return "total-timeout";
    case TransportError::Kind::kReset: return "reset";
    case TransportError::Kind::kCutBody: return "cut-body";
    case TransportError::Kind::kTooLarge: return "too-large";
    case TransportError::Kind::kBadHttp: return "bad-http";
    case TransportError::Kind::kBadRequest: return "bad-request";
    case TransportError::Kind::kCancelled: return "cancelled";
    case TransportError::Kind::kCredentials: return "credentials";
  }
  return "unknown";
}

}  // namespace vams
