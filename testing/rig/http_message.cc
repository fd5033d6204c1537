#include "testing/rig/http_message.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace vams::rig {
namespace {

constexpr std::size_t kMostBody = std::size_t{64} << 20;

std::string_view Reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    case 503: return "Service Unavailable";
    default: return "Answer";
  }
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = Lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

constexpr std::array<bool, 256> MakePlain(std::string_view also) {
  std::array<bool, 256> plain{};
  for (int c = 0; c < 256; ++c) {
    plain[static_cast<std::size_t>(c)] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
  for (const char c : also) plain[static_cast<unsigned char>(c)] = true;
  return plain;
}

// What of the headers concerns the reading itself.
struct Head {
  std::size_t content_length = 0;
  bool bad = false;
  bool expects_continue = false;
};

void TakeHeader(std::string_view name, std::string_view value, Request& request, Head& head) {
  // By length first: most headers of a request are none of these.
  switch (name.size()) {
    case 6:
      if (EqualsIgnoringCase(name, "expect")) head.expects_continue = true;
      break;
    case 10:
      if (EqualsIgnoringCase(name, "connection") && EqualsIgnoringCase(value, "close")) request.close = true;
      break;
    case 12:
      if (EqualsIgnoringCase(name, "content-type")) request.content_type = value;
      if (EqualsIgnoringCase(name, "x-amz-target")) request.target = value;
      break;
    case 13:
      if (EqualsIgnoringCase(name, "authorization")) request.authorization = value;
      break;
    case 14:
      if (EqualsIgnoringCase(name, "content-length")) {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head.content_length);
        head.bad = head.bad || error != std::errc() || end != value.data() + value.size();
      }
      break;
    case 16:
      if (EqualsIgnoringCase(name, "content-encoding")) request.body_gzip = EqualsIgnoringCase(value, "gzip");
      break;
    case 17:
      if (EqualsIgnoringCase(name, "transfer-encoding")) head.bad = true;
      break;
    default: break;
  }
}

}  // namespace

void Reply::Clear() {
  status = 200;
  type = {};
  headers.clear();
  body.clear();
}

void Reply::Refuse(int with_status, std::string_view with_type, std::string text) {
  Clear();
  status = with_status;
  type = with_type;
  body = std::move(text);
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

Parsed ParseRequest(std::string_view buffer, Request& request) {
  const std::size_t head_end = buffer.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return {.state = Parsed::State::kNeedsMore};
  std::string_view lines = buffer.substr(0, head_end + 2);
  const Door door = request.door;
  request = Request{.door = door};
  const auto next_line = [&lines] {
    const std::size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 2);
    return line;
  };
  const std::string_view first = next_line();
  const std::size_t method_end = first.find(' ');
  const std::size_t url_end = first.rfind(' ');
  if (method_end == std::string_view::npos || url_end <= method_end) return {.state = Parsed::State::kBad};
  request.method = first.substr(0, method_end);
  const std::string_view url = first.substr(method_end + 1, url_end - method_end - 1);
  const std::size_t question = url.find('?');
  request.path = url.substr(0, question);
  if (question != std::string_view::npos) request.query = url.substr(question + 1);
  Head head;
  while (!lines.empty()) {
    const std::string_view line = next_line();
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return {.state = Parsed::State::kBad};
    TakeHeader(line.substr(0, colon), Trimmed(line.substr(colon + 1)), request, head);
  }
  if (head.bad || head.content_length > kMostBody) return {.state = Parsed::State::kBad};
  const std::size_t whole = head_end + 4 + head.content_length;
  if (buffer.size() < whole) return {.state = Parsed::State::kNeedsMore, .expects_continue = head.expects_continue};
  request.body = buffer.substr(head_end + 4, head.content_length);
  return {.state = Parsed::State::kWhole, .bytes = whole};
}

void AppendNumber(std::uint64_t n, std::string& out) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, n);
  out.append(digits, end);
}

void AppendReply(const Reply& reply, std::string_view request_id, bool head, bool close, std::string& out) {
  out += "HTTP/1.1 ";
  AppendNumber(static_cast<std::uint64_t>(reply.status), out);
  out += ' ';
  out += Reason(reply.status);
  out += "\r\nServer: vams-rig\r\nx-amz-request-id: ";
  out += request_id;
  out += "\r\nx-amzn-RequestId: ";
  out += request_id;
  out += "\r\n";
  if (!reply.type.empty()) {
    out += "Content-Type: ";
    out += reply.type;
    out += "\r\n";
  }
  out += reply.headers;
  if (reply.headers.find("Content-Length:") == std::string::npos) {
    out += "Content-Length: ";
    AppendNumber(reply.body.size(), out);
    out += "\r\n";
  }
  if (close) out += "Connection: close\r\n";
  out += "\r\n";
  if (!head) out += reply.body;
}

std::string_view RawParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return {};
}

bool HasParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (pair.substr(0, pair.find('=')) == name) return true;
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return false;
}

std::optional<std::string> Parameter(std::string_view query, std::string_view name) {
  if (!HasParameter(query, name)) return std::nullopt;
  std::string value;
  AppendDecoded(RawParameter(query, name), /*plus_is_space=*/true, value);
  return value;
}

void AppendDecoded(std::string_view text, bool plus_is_space, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(plus_is_space && c == '+' ? ' ' : c);
    }
  }
}

void AppendUrlEncoded(std::string_view text, std::string& out) {
  static constexpr std::array<bool, 256> kPlain = MakePlain("-_.~/");
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain[byte]) {
      out.push_back(c);
    } else if (c == ' ') {
      out.push_back('+');
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

void AppendXmlEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out.push_back(c);
    }
  }
}

}  // namespace vams::rig
