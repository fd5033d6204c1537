#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/durable_file.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

using testing::HasSubstr;

std::size_t FilesIn(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator()));
}

TEST(DurableFile, ReadsWhatWasPutThere) {
  TempDir dir;
  const auto path = dir.path() / "file";
  EXPECT_EQ(*ReadWholeFile(path), std::nullopt);
  const std::string long_text(300'000, 'x');
  for (const std::string& text : {std::string("one"), long_text, std::string(), std::string("a\0b\n", 4)}) {
    ASSERT_TRUE(ReplaceDurably(path, text));
    EXPECT_EQ(*ReadWholeFile(path), text);
  }
  EXPECT_EQ(FilesIn(dir.path()), 1u) << "nothing temporary stays";
  EXPECT_EQ(*ReadWholeFile(path / "below"), std::nullopt) << "nothing lies below a file";
}

TEST(DurableFile, IsForItsOwnerOnly) {
  TempDir dir;
  const auto path = dir.path() / "file";
  ASSERT_TRUE(ReplaceDurably(path, "one"));
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(DurableFile, IsMadeInThePlaceOfNothing) {
  TempDir dir;
  const auto path = dir.path() / "file";
  ASSERT_TRUE(CreateDurably(path, "one"));
  const auto again = CreateDurably(path, "two");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(*ReadWholeFile(path), "one");
  const auto link = dir.path() / "link";
  std::filesystem::create_symlink(dir.path() / "elsewhere", link);
  EXPECT_FALSE(CreateDurably(link, "three"));
  EXPECT_EQ(FilesIn(dir.path()), 2u) << "nothing temporary stays";
}

TEST(DurableFile, AFileSystemThatSyncsNoDirectoriesIsNoFailure) {
  TempDir dir;
  EXPECT_TRUE(CanSyncDirectory(dir.path()));
  EXPECT_TRUE(SyncDirectory(dir.path()));
  EXPECT_FALSE(SyncDirectory(dir.path() / "none"));
  // proc(5) knows no fsync.
  EXPECT_FALSE(CanSyncDirectory("/proc/self"));
  EXPECT_TRUE(SyncDirectory("/proc/self"));
}

TEST(DurableFile, IsReadUpToABound) {
  TempDir dir;
  const auto path = dir.path() / "file";
  ASSERT_TRUE(ReplaceDurably(path, std::string(1000, 'x')));
  EXPECT_TRUE(ReadWholeFile(path, Bytes{1000}));
  const auto refused = ReadWholeFile(path, Bytes{999});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(refused.error().message, HasSubstr(path.string()));
}

// It would hang.
TEST(DurableFile, ANamedPipeThatNobodyWritesToIsEmpty) {
  TempDir dir;
  const auto path = dir.path() / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(*ReadWholeFile(path), "");
}

TEST(DurableFile, AppendsLines) {
  TempDir dir;
  const auto path = dir.path() / "lines";
  ASSERT_TRUE(AppendLineDurably(path, "one"));
  ASSERT_TRUE(AppendLineDurably(path, "two"));
  EXPECT_EQ(*ReadWholeFile(path), "one\ntwo\n");
  ASSERT_TRUE(ReplaceDurably(path, "one\nhalf a l"));
  ASSERT_TRUE(AppendLineDurably(path, "three"));
  EXPECT_EQ(*ReadWholeFile(path), "one\nhalf a l\nthree\n");
}

TEST(DurableFile, AFailureNamesTheFileAndChangesNothing) {
  TempDir dir;
  const auto missing = dir.path() / "nothing" / "file";
  for (const Status& status : {ReplaceDurably(missing, "x"), AppendLineDurably(missing, "x")}) {
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message, HasSubstr(missing.string()));
  }
  // A directory stands where the file should be: the last step fails.
  const auto directory = dir.path() / "directory";
  std::filesystem::create_directory(directory);
  EXPECT_FALSE(ReplaceDurably(directory, "x"));
  EXPECT_FALSE(AppendLineDurably(directory, "x"));
  EXPECT_FALSE(ReadWholeFile(directory));
  EXPECT_EQ(FilesIn(dir.path()), 1u);
}

TEST(DurableFile, AFullDiskIsToldApart) {
  const auto status = AppendLineDurably("/dev/full", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNoSpace);
}

}  // namespace
}  // namespace vams
