#include "base/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace vams {

std::array<std::uint8_t, 32> Sha256(std::string_view bytes) {
  std::array<std::uint8_t, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

std::string Sha256Hex(std::string_view bytes) {
  std::string out;
  for (const std::uint8_t byte : Sha256(bytes)) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace vams
