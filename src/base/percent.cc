#include "base/percent.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace vams {
namespace {

constexpr char kHexDigits[] = "0123456789ABCDEF";

// How a byte is written: 1 or 3 characters, and room to copy four at once.
struct Written {
  std::array<char, 3> text;
  std::uint8_t size;
};

constexpr std::array<Written, 256> MakeTable() {
  std::array<Written, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    table[byte] = {{'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]}, 3};
  }
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) {
    table[static_cast<unsigned char>(c)] = {{c}, 1};
  }
  return table;
}
constexpr std::array<Written, 256> kTable = MakeTable();

// Without a branch for each byte: in JSON every fourth or so is escaped, which no processor foresees.
void AppendWritten(std::string& out, std::string_view bytes, const std::array<Written, 256>& table) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + 3 * bytes.size() + 1, [&](char* data, std::size_t) {
    char* to = data + before;
    for (const char c : bytes) {
      const Written& written = table[static_cast<unsigned char>(c)];
      std::memcpy(to, &written, sizeof written);
      to += written.size;
    }
    return static_cast<std::size_t>(to - data);
  });
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void AppendPercentEncoded(std::string& out, std::string_view bytes, std::string_view keep) {
  if (keep.empty()) return AppendWritten(out, bytes, kTable);
  std::array<Written, 256> table = kTable;
  for (const char c : keep) table[static_cast<unsigned char>(c)] = {{c}, 1};
  AppendWritten(out, bytes, table);
}

std::string PercentEncode(std::string_view bytes, std::string_view keep) {
  std::string out;
  AppendPercentEncoded(out, bytes, keep);
  return out;
}

std::string PercentDecode(std::string_view text, bool plus_is_space) {
  if (!text.contains('%') && !(plus_is_space && text.contains('+'))) return std::string(text);
  std::string out(text.size(), '\0');
  auto to = out.begin();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      *to++ = static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      *to++ = text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  out.erase(to, out.end());
  return out;
}

}  // namespace vams
