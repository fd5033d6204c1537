#include "base/digest.h"

#include <openssl/evp.h>

#include <memory>

namespace vams {
namespace {

struct FreeMd {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};

// EVP_sha256() would be looked up among the providers anew for each digest, which costs as much as a short digest.
const EVP_MD* Md() {
  static const std::unique_ptr<EVP_MD, FreeMd> md(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return md ? md.get() : EVP_sha256();
}

}  // namespace

std::array<std::uint8_t, 32> Sha256(std::string_view bytes) {
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, Md(), nullptr);
  return digest;
}

std::string HexOf(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out(2 * bytes.size(), '0');
  auto to = out.begin();
  for (const std::uint8_t byte : bytes) {
    *to++ = kDigits[byte >> 4];
    *to++ = kDigits[byte & 15];
  }
  return out;
}

std::string Sha256Hex(std::string_view bytes) { return HexOf(Sha256(bytes)); }

}  // namespace vams
