#include "documents/request_checks.h"

#include <gtest/gtest.h>

#include <string>

namespace vams {
namespace {

TEST(RequestChecks, DatabaseId) {
  EXPECT_FALSE(CheckDatabaseId("db-One_3"));
  EXPECT_FALSE(CheckDatabaseId(std::string(63, 'x')));
  for (const std::string& bad :
       {std::string(), std::string("ab"), std::string(64, 'x'), std::string("a b"), std::string("dé-x"),
        std::string("GLOBAL"), std::string("db-one#deleted"), std::string("db-one\n")}) {
    EXPECT_TRUE(CheckDatabaseId(bad)) << bad;
  }
  EXPECT_FALSE(CheckDatabaseId("db-one#deleted", DatabaseIdForm::kLiveOrArchived));
  EXPECT_TRUE(CheckDatabaseId("#deleted", DatabaseIdForm::kLiveOrArchived));
}

TEST(RequestChecks, AssetId) {
  for (const std::string& good :
       {std::string("ab"), std::string(255, 'x'), std::string("é, the 1st_one's"), std::string("a#"),
        std::string("a😀"), std::string("中文"), std::string("a\u3000b"), std::string("ab\nc:")}) {
    EXPECT_FALSE(CheckAssetId(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("a"), std::string(256, 'x'), std::string("a."), std::string("a "),
        std::string("a\u3000"), std::string("a/b"), std::string("a:"), std::string("😀a"), std::string("a#b"),
        std::string("e\u0301a"), std::string(" Global\u2003"), std::string("a\n")}) {
    EXPECT_TRUE(CheckAssetId(bad)) << bad;
  }
}

TEST(RequestChecks, FilePath) {
  for (const char* good : {"/a.", "/global", "/a\rb", "/é", "/a.b/.c"}) {
    EXPECT_EQ(CheckFilePath(good).has_value(), std::string_view(good) == "/é") << good;
  }
  for (const char* bad : {"", "a.txt", "/a\nb", "/a..b", "/x", "/é", " GLOBAL "})
    EXPECT_TRUE(CheckFilePath(bad)) << bad;
}

TEST(RequestChecks, LengthsCountCodePoints) {
  std::string wide;
  for (int i = 0; i < 256; ++i) wide += "é";
  EXPECT_FALSE(CheckObjectKey(wide));
  EXPECT_TRUE(CheckObjectKey(wide + "a"));
  EXPECT_FALSE(CheckBucketName("b"));
  EXPECT_TRUE(CheckBucketName("global"));
  EXPECT_TRUE(CheckBucketName(""));
}

}  // namespace
}  // namespace vams
