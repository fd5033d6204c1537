#include "verify/document_diff.h"

#include <openssl/sha.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace vams {
namespace {

using Json = nlohmann::json;

Result<Json> ParseObject(std::string_view body) {
  Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return Fail(ErrorCode::kInvalid, "a document is no JSON object");
  return json;
}

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

Digest DigestOf(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> full{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), full.data());
  Digest digest{};
  std::copy_n(full.begin(), digest.size(), digest.begin());
  return digest;
}

Result<std::string> CanonicalBody(std::string_view body) {
  TRY_ASSIGN(const Json json, ParseObject(body));
  return Dump(json);
}

bool MayBeCanonical(std::string_view body) {
  const std::size_t colon = body.find("\":");
  if (colon == std::string_view::npos) return body == "{}";
  return body.starts_with("{\"") && colon + 2 < body.size() && body[colon + 2] != ' ' && body[colon + 2] != '\n' &&
         body.find("\\u") == std::string_view::npos;
}

Result<std::vector<FieldDifference>> DiffDocuments(std::string_view expected, std::string_view actual) {
  TRY_ASSIGN(const Json want, ParseObject(expected));
  TRY_ASSIGN(const Json got, ParseObject(actual));
  std::set<std::string> names;
  for (const auto& [name, value] : want.items()) names.insert(name);
  for (const auto& [name, value] : got.items()) names.insert(name);
  std::vector<FieldDifference> differences;
  for (const std::string& name : names) {
    const auto w = want.find(name);
    const auto g = got.find(name);
    if (w != want.end() && g != got.end() && *w == *g) continue;
    differences.push_back({name, w == want.end() ? "" : Dump(*w), g == got.end() ? "" : Dump(*g)});
  }
  return differences;
}

}  // namespace vams
