#include "net/sigv4/signer.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/digest.h"
#include "base/mutex.h"
#include "base/text.h"
#include "net/sigv4/canonical.h"

namespace vams {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
// The digest of nothing: most requests have no body.
constexpr std::string_view kEmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const unsigned char* Raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Secret Hmac(std::string_view key, std::string_view text) {
  std::string mac(32, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Raw(text), text.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &length);
  return Secret(std::move(mac));
}

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// Appends each text, one after the other, to a string that has the room.
void Append(std::string& out, std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) out += text;
}

// Names and values that are signed, by lower-case name; values of one name in the order sent.
std::vector<Headers::Entry> SignedHeaders(const HttpRequest& request) {
  std::vector<Headers::Entry> canonical;
  canonical.reserve(request.headers.entries().size() + 1);
  bool host = false;
  for (const auto& [name, value] : request.headers.entries()) {
    std::string lower = AsciiLower(name);
    if (IsUnsignedHeader(lower)) continue;
    host = host || lower == "host";
    canonical.emplace_back(std::move(lower), CanonicalHeaderValue(value));
  }
  if (!host) canonical.emplace_back("host", HostHeader(request.url));
  std::ranges::stable_sort(canonical, {}, &Headers::Entry::first);
  return canonical;
}

}  // namespace

struct KeyedMac::Impl {
  Mutex mu;
  const std::unique_ptr<EVP_MAC, FreeMac> mac{EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context{EVP_MAC_CTX_new(mac.get())};
};

KeyedMac::KeyedMac(std::string_view key) : impl_(std::make_unique<Impl>()) {
  std::string digest = "SHA256";
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                              OSSL_PARAM_construct_end()};
  EVP_MAC_init(impl_->context.get(), Raw(key), key.size(), parameters.data());
}
KeyedMac::~KeyedMac() = default;

std::string KeyedMac::HexOf(std::string_view text) {
  std::array<std::uint8_t, 32> digest{};
  std::size_t length = 0;
  const MutexLock lock(impl_->mu);
  // Without a key: begins anew with the one that it has.
  EVP_MAC_init(impl_->context.get(), nullptr, 0, nullptr);
  EVP_MAC_update(impl_->context.get(), Raw(text), text.size());
  EVP_MAC_final(impl_->context.get(), digest.data(), &length, digest.size());
  return vams::HexOf(digest);
}

SigningOptions SigningOptionsFor(std::string_view signing_name) {
  if (signing_name == "s3") return {.normalize_path = false, .double_encode_path = false, .body_header = true};
  return {.body_header = signing_name == "aoss"};
}

std::string FormatSigningTime(UtcTime t) {
  std::string out = FormatIsoSeconds(t);  // 2025-06-01T12:00:00Z
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
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
  return {std::string(date), std::make_shared<KeyedMac>(Hmac(by_service.Reveal(), "aws4_request").Reveal())};
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
  std::string payload = options.unsigned_payload ? "UNSIGNED-PAYLOAD" : std::string(kEmptyPayload);
  if (!options.unsigned_payload && !request.body.empty()) payload = Sha256Hex(request.body.view());
  if (options.body_header || options.unsigned_payload) headers.Set("X-Amz-Content-SHA256", payload);

  std::string lines;
  std::string names;
  lines.reserve(512);
  names.reserve(128);
  std::string_view last;
  const std::vector<Headers::Entry> canonical = SignedHeaders(request);
  for (const auto& [name, value] : canonical) {
    if (name == last) {
      lines.back() = ',';
      Append(lines, {value, "\n"});
      continue;
    }
    Append(lines, {name, ":", value, "\n"});
    Append(names, {names.empty() ? "" : ";", name});
    last = name;
  }
  const std::string path = CanonicalPath(request.url.path, options.normalize_path, options.double_encode_path);
  const std::string query = CanonicalQuery(request.url.query);
  SignatureParts parts;
  parts.canonical_request.reserve(path.size() + query.size() + lines.size() + names.size() + payload.size() + 16);
  Append(parts.canonical_request,
         {MethodName(request.method), "\n", path, "\n", query, "\n", lines, "\n", names, "\n", payload});
  std::string scope_text;
  scope_text.reserve(64);
  Append(scope_text, {date, "/", scope.region, "/", scope.service, "/aws4_request"});
  parts.string_to_sign.reserve(192);
  Append(parts.string_to_sign,
         {kAlgorithm, "\n", timestamp, "\n", scope_text, "\n", Sha256Hex(parts.canonical_request)});
  std::optional<SigningKey> own;
  if (key == nullptr || key->date != date)
    key = &own.emplace(DeriveSigningKey(credentials.secret_access_key, date, scope));
  parts.signature = key->mac->HexOf(parts.string_to_sign);
  std::string authorization;
  authorization.reserve(320);
  Append(authorization, {kAlgorithm, " Credential=", credentials.access_key_id, "/", scope_text,
                         ", SignedHeaders=", names, ", Signature=", parts.signature});
  headers.Add("Authorization", std::move(authorization));
  if (token && !options.sign_session_token) {
    headers.Set("X-Amz-Security-Token", std::string(credentials.session_token.Reveal()));
  }
  return parts;
}

}  // namespace vams
