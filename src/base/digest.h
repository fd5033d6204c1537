#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vams {

std::array<std::uint8_t, 32> Sha256(std::string_view bytes);
// In small hex digits.
std::string HexOf(std::span<const std::uint8_t> bytes);
// SHA-256 in small hex digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace vams
