#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/gzip.h"

namespace vams {
namespace {

RC_GTEST_PROP(Gzip, DecompressingUndoesCompressing, (const std::string& bytes)) {
  const auto plain = GzipDecompress(GzipCompress(bytes), Bytes{bytes.size()});
  RC_ASSERT(plain.has_value());
  RC_ASSERT(*plain == bytes);
}

TEST(Gzip, SeveralMembersAreOneText) {
  const auto plain = GzipDecompress(GzipCompress("one ") + GzipCompress("") + GzipCompress("two"), Bytes{7});
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(*plain, "one two");
}

TEST(Gzip, MoreThanTheLimitIsRefusedBeforeItIsThere) {
  const std::string bomb = GzipCompress(std::string(50 << 20, '\0'));
  for (const std::uint64_t limit : {0ull, 1ull, 5000ull, (50ull << 20) - 1}) {
    const auto plain = GzipDecompress(bomb, Bytes{limit});
    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().code, ErrorCode::kTooLarge);
  }
  EXPECT_TRUE(GzipDecompress(bomb, Bytes{50 << 20}));
}

TEST(Gzip, EveryCutIsNoticed) {
  const std::string whole = GzipCompress("some text that is long enough to be compressed, compressed, compressed");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto plain = GzipDecompress(std::string_view(whole).substr(0, n), Bytes{1000});
    ASSERT_FALSE(plain) << n;
    EXPECT_EQ(plain.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Gzip, EveryFlippedByteOfTheDataIsNoticed) {
  const std::string text = "some text that is long enough to be compressed, compressed, compressed";
  const std::string whole = GzipCompress(text);
  for (std::size_t n = 10; n < whole.size(); ++n) {  // past the header, whose time and flags may be anything
    std::string broken = whole;
    broken[n] = static_cast<char>(broken[n] ^ 0x55);
    EXPECT_FALSE(GzipDecompress(broken, Bytes{1000})) << n;
  }
}

TEST(Gzip, ChecksumIsTheUsualOne) { EXPECT_EQ(Crc32("123456789"), 0xCBF43926u); }

}  // namespace
}  // namespace vams
