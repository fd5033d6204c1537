#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "journal/wire.h"

namespace vams {
namespace {

std::string Varint(std::uint64_t value) {
  std::string out;
  AppendVarint(out, value);
  return out;
}

TEST(Wire, LittleEndianAndShort) {
  std::string out;
  AppendU32(out, 0x01020304);
  AppendU64(out, 0x0102030405060708);
  EXPECT_EQ(out, "\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01");
  EXPECT_EQ(Varint(0), std::string(1, '\0'));
  EXPECT_EQ(Varint(127), "\x7f");
  EXPECT_EQ(Varint(300), "\xac\x02");
}

RC_GTEST_PROP(Wire, ReadsWhatItWrites, (std::uint64_t number, const std::string& text, unsigned shift)) {
  number >>= shift % 64;
  std::string out = Varint(number);
  AppendString(out, text);
  AppendU64(out, number);
  WireReader in(out);
  RC_ASSERT(in.Varint() == number);
  RC_ASSERT(in.String() == text);
  RC_ASSERT(in.U64() == number);
  RC_ASSERT(in.done());
}

TEST(Wire, ANumberHasOneForm) {
  const std::string largest = Varint(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(WireReader(largest).Varint(), std::numeric_limits<std::uint64_t>::max());
  using namespace std::string_literals;
  for (const std::string& bytes : {"\x80\x00"s, "\xff\x80\x00"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"s,
                                   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, "\x80"s, ""s}) {
    WireReader in(bytes);
    EXPECT_EQ(in.Varint(), 0u);
    EXPECT_TRUE(in.failed());
  }
  WireReader too_large(largest);
  EXPECT_EQ(too_large.Varint32(), 0u);
  EXPECT_TRUE(too_large.failed());
}

TEST(Wire, NothingIsReadAfterWhatIsNotThere) {
  WireReader in(
      "\x05"
      "abcd");
  EXPECT_EQ(in.String(), "");
  EXPECT_EQ(in.U8(), 0);
  EXPECT_TRUE(in.failed());
  EXPECT_FALSE(in.done());
  WireReader flag("\x02");
  EXPECT_FALSE(flag.Flag());
  EXPECT_TRUE(flag.failed());
}

}  // namespace
}  // namespace vams
