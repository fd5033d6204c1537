#include "net/sigv4/canonical.h"

#include <algorithm>
#include <array>

#include "base/percent.h"
#include "base/text.h"

namespace vams {

std::string NormalizePath(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : Split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out.push_back('/');
    out += segment;
  }
  if (out.empty() || path.ends_with('/')) out.push_back('/');
  return out;
}

std::string CanonicalPath(std::string_view path, bool normalize, bool encode_again) {
  std::string out = path.empty() ? "/" : std::string(path);
  if (normalize) out = NormalizePath(out);
  return encode_again ? PercentEncode(out, "/") : out;
}

std::string CanonicalQuery(const std::vector<std::pair<std::string, std::string>>& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query) encoded.emplace_back(PercentEncode(name), PercentEncode(value));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out.push_back('&');
    out += name;
    out.push_back('=');
    out += value;
  }
  return out;
}

std::string CanonicalHeaderValue(std::string_view value) {
  std::string out;
  bool space = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f') {
      space = !out.empty();
      continue;
    }
    if (space) out.push_back(' ');
    space = false;
    out.push_back(c);
  }
  return out;
}

bool IsUnsignedHeader(std::string_view lower_name) {
  constexpr std::array<std::string_view, 13> kUnsigned = {
      "authorization",  "connection", "expect",  "user-agent",         "transfer-encoding", "x-amzn-trace-id",
      "keep-alive",     "te",         "trailer", "proxy-authenticate", "upgrade",           "proxy-authorization",
      "accept-encoding"};
  return std::find(kUnsigned.begin(), kUnsigned.end(), lower_name) != kUnsigned.end();
}

}  // namespace vams
