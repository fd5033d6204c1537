#include "documents/date_patterns.h"

#include <gtest/gtest.h>

namespace vams {
namespace {

TEST(DatePatterns, MatchFromTheStart) {
  for (const char* date :
       {"2025-01-02", "2025-01-02\n", "9999-99-99", "2025-01-02T03:04:05", "2025-01-02T03:04:05Z and more",
        "2025-01-02 03:04:05", "2025-01-02 03:04:05.6\n\n", "２０２５-٠١-02"}) {
    EXPECT_TRUE(LooksLikeDate(date)) << date;
  }
  for (const char* text : {"", "2025-01", "2025-1-02", " 2025-01-02", "2025-01-02 ", "2025-01-02\n\n", "2025-01-02\r\n",
                           "2025-01-02t03:04:05", "2025-01-02T03:04", "2025-01-02  03:04:05", "12025-01-02",
                           "²025-01-02", "2025/01/02", "20250102"}) {
    EXPECT_FALSE(LooksLikeDate(text)) << text;
  }
}

}  // namespace
}  // namespace vams
