#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vams {

// The integers and strings of docs/journal.md.

void AppendU32(std::string& out, std::uint32_t value);
void AppendU64(std::string& out, std::uint64_t value);
void AppendVarint(std::string& out, std::uint64_t value);
void AppendString(std::string& out, std::string_view value);

// Reads any bytes. What is not there or not well formed reads as 0 or "", ends the reading, and shows in `failed`.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t U8();
  std::uint32_t U32();
  std::uint64_t U64();
  bool Flag();
  std::uint64_t Varint();
  std::uint32_t Varint32();
  std::string String();
  std::string_view Take(std::size_t bytes);  // a view into what is read

  void Fail() {
    failed_ = true;
    rest_ = {};
  }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace vams
