#include "journal/wire.h"

#include <limits>

namespace vams {
namespace {

void AppendBytes(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t Integer(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

}  // namespace

void AppendU32(std::string& out, std::uint32_t value) { AppendBytes(out, value, 4); }
void AppendU64(std::string& out, std::uint64_t value) { AppendBytes(out, value, 8); }

void AppendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void AppendString(std::string& out, std::string_view value) {
  AppendVarint(out, value.size());
  out.append(value);
}

std::string_view WireReader::Take(std::size_t bytes) {
  if (bytes > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

std::uint8_t WireReader::U8() { return static_cast<std::uint8_t>(Integer(Take(1))); }
std::uint32_t WireReader::U32() { return static_cast<std::uint32_t>(Integer(Take(4))); }
std::uint64_t WireReader::U64() { return Integer(Take(8)); }

bool WireReader::Flag() {
  const std::uint8_t flag = U8();
  if (flag > 1) Fail();
  return flag == 1;
}

std::uint64_t WireReader::Varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t byte = U8();
    const std::uint64_t bits = byte & 0x7f;
    // The tenth byte has room for one bit; a last byte of 0 would be a longer form of the same number.
    if (failed_ || (shift == 63 && byte > 1) || (shift > 0 && byte == 0)) break;
    value |= bits << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

std::uint32_t WireReader::Varint32() {
  const std::uint64_t value = Varint();
  if (value > std::numeric_limits<std::uint32_t>::max()) Fail();
  return failed_ ? 0 : static_cast<std::uint32_t>(value);
}

std::string WireReader::String() {
  const std::uint64_t bytes = Varint();
  return std::string(Take(bytes));
}

}  // namespace vams
