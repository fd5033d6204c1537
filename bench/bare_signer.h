#pragma once

#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

// Signature Version 4 with as little as a server could accept: what every client must pay, and nothing on top.
namespace vams::bench {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

inline Digest Hash(std::string_view bytes) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

inline Digest Mac(std::string_view key, std::string_view bytes) {
  Digest digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), digest.data(), &size);
  return digest;
}

inline std::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

inline void AppendHex(const Digest& digest, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const unsigned char byte : digest) {
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
}

// For one service; the key of the day is derived once.
class Signer {
 public:
  Signer(std::string_view service, std::string host) : service_(service), host_(std::move(host)) {
    const std::time_t now = std::time(nullptr);
    tm utc{};
    gmtime_r(&now, &utc);
    char text[] = "20250101T000000Z";
    std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
    time_ = text;
    scope_ = time_.substr(0, 8) + "/us-east-1/" + service_ + "/aws4_request";
    Digest key = Mac("AWS4secret", std::string_view(time_).substr(0, 8));
    for (const std::string_view part : {std::string_view("us-east-1"), std::string_view(service_), kEnd}) {
      key = Mac(View(key), part);
    }
    key_ = View(key);
  }

  const std::string& time() const { return time_; }

  // The value of Authorization. `query` is sorted and encoded.
  const std::string& Authorization(std::string_view method, std::string_view path, std::string_view query,
                                   const std::string& body_hash) {
    text_.clear();
    text_.append(method).append("\n").append(path).append("\n").append(query).append("\nhost:").append(host_);
    text_.append("\nx-amz-content-sha256:").append(body_hash).append("\nx-amz-date:").append(time_);
    text_.append("\n\nhost;x-amz-content-sha256;x-amz-date\n").append(body_hash);
    const Digest canonical = Hash(text_);
    text_.assign("AWS4-HMAC-SHA256\n").append(time_).append("\n").append(scope_).append("\n");
    AppendHex(canonical, text_);
    const Digest signature = Mac(key_, text_);
    text_.assign("Authorization: AWS4-HMAC-SHA256 Credential=key/").append(scope_);
    text_.append(", SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=");
    AppendHex(signature, text_);
    return text_;
  }

 private:
  static constexpr std::string_view kEnd = "aws4_request";
  std::string service_;
  std::string host_;
  std::string time_;
  std::string scope_;
  std::string key_;
  std::string text_;
};

}  // namespace vams::bench
