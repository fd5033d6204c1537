#include "net/sigv4/signer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "net/sigv4/canonical.h"

namespace vams {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

const unsigned char* Raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string Sha256Hex(std::string_view bytes) {
  // The digest of nothing: most requests have no body.
  if (bytes.empty()) return "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  std::string digest(32, '\0');
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &length, EVP_sha256(),
             nullptr);
  return Hex(digest);
}

Secret Hmac(std::string_view key, std::string_view text) {
  std::string mac(32, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Raw(text), text.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &length);
  return Secret(std::move(mac));
}

}  // namespace

SigningOptions SigningOptionsFor(std::string_view signing_name) {
  if (signing_name == "s3") return {.normalize_path = false, .double_encode_path = false, .body_header = true};
  return {.body_header = signing_name == "aoss"};
}

std::string FormatSigningTime(UtcTime t) {
  const std::string iso = FormatIsoSeconds(t);  // 2025-06-01T12:00:00Z
  std::string out;
  for (const char c : iso) {
    if (c != '-' && c != ':') out.push_back(c);
  }
  return out;
}

SigningKey DeriveSigningKey(const Secret& secret_access_key, std::string_view date, const SigningScope& scope) {
  std::string first = "AWS4";
  first.reserve(4 + secret_access_key.Reveal().size());
  first += secret_access_key.Reveal();
  const Secret start(std::move(first));
  const Secret by_date = Hmac(start.Reveal(), date);
  const Secret by_region = Hmac(by_date.Reveal(), scope.region);
  const Secret by_service = Hmac(by_region.Reveal(), scope.service);
  return {std::string(date), Hmac(by_service.Reveal(), "aws4_request")};
}

SignatureParts Sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope, UtcTime now,
                    const SigningOptions& options, const SigningKey* key) {
  const std::string timestamp = FormatSigningTime(now);
  const std::string_view date = std::string_view(timestamp).substr(0, 8);
  Headers& headers = request.headers;
  headers.Remove("Authorization");
  headers.Set("X-Amz-Date", timestamp);
  headers.Remove("X-Amz-Security-Token");
  const bool token = !credentials.session_token.empty();
  if (token && options.sign_session_token) {
    headers.Set("X-Amz-Security-Token", std::string(credentials.session_token.Reveal()));
  }
  const std::string payload = options.unsigned_payload ? "UNSIGNED-PAYLOAD" : Sha256Hex(request.body.view());
  if (options.body_header || options.unsigned_payload) headers.Set("X-Amz-Content-SHA256", payload);

  std::vector<Headers::Entry> canonical;  // by lower-case name; values of one name in the order sent
  canonical.reserve(headers.entries().size() + 1);
  bool host = false;
  for (const auto& [name, value] : headers.entries()) {
    std::string lower = AsciiLower(name);
    if (IsUnsignedHeader(lower)) continue;
    host = host || lower == "host";
    canonical.emplace_back(std::move(lower), CanonicalHeaderValue(value));
  }
  if (!host) canonical.emplace_back("host", HostHeader(request.url));
  std::ranges::stable_sort(canonical, {}, &Headers::Entry::first);

  std::string lines;
  std::string names;
  for (std::size_t i = 0; i < canonical.size(); ++i) {
    const auto& [name, value] = canonical[i];
    if (i > 0 && name == canonical[i - 1].first) {
      lines.back() = ',';
      lines.append(value).append("\n");
      continue;
    }
    lines.append(name).append(":").append(value).append("\n");
    if (!names.empty()) names.push_back(';');
    names += name;
  }
  SignatureParts parts;
  parts.canonical_request =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", MethodName(request.method),
                  CanonicalPath(request.url.path, options.normalize_path, options.double_encode_path),
                  CanonicalQuery(request.url.query), lines, names, payload);
  const std::string scope_text = fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
  parts.string_to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, timestamp, scope_text, Sha256Hex(parts.canonical_request));
  std::optional<SigningKey> own;
  if (key == nullptr || key->date != date)
    key = &own.emplace(DeriveSigningKey(credentials.secret_access_key, date, scope));
  parts.signature = Hex(Hmac(key->key.Reveal(), parts.string_to_sign).Reveal());
  headers.Add("Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                           credentials.access_key_id, scope_text, names, parts.signature));
  if (token && !options.sign_session_token) {
    headers.Set("X-Amz-Security-Token", std::string(credentials.session_token.Reveal()));
  }
  return parts;
}

}  // namespace vams
