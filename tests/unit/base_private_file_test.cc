#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/private_file.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

mode_t ModeOf(const std::filesystem::path& path) {
  struct stat info{};
  return lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

std::string TextOf(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(PrivateFile, IsForItsOwnerWhateverTheUmask) {
  TempDir dir;
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0277}}) {
    const mode_t before = umask(mask);
    const auto file = dir.path() / ("file" + std::to_string(mask));
    const auto folder = dir.path() / ("folder" + std::to_string(mask));
    EXPECT_NE(OpenPrivate(file, PrivateFile::kAppend), nullptr);
    EXPECT_EQ(MakePrivateDirectory(folder), 0);
    umask(before);
    EXPECT_EQ(ModeOf(file), 0600u) << mask;
    EXPECT_EQ(ModeOf(folder), 0700u) << mask;
  }
  EXPECT_EQ(MakePrivateDirectory(dir.path()), EEXIST);
}

TEST(PrivateFile, AppendsOrReplaces) {
  TempDir dir;
  const auto path = dir.path() / "file";
  for (const auto& [how, expected] :
       {std::pair(PrivateFile::kAppend, "x"), {PrivateFile::kAppend, "xx"}, {PrivateFile::kReplace, "x"}}) {
    {
      const FilePtr file = OpenPrivate(path, how);
      ASSERT_NE(file, nullptr);
      EXPECT_EQ(std::fputs("x", file.get()), 1);
    }
    EXPECT_EQ(TextOf(path), expected);
  }
}

TEST(PrivateFile, FollowsNoLink) {
  TempDir dir;
  std::ofstream(dir.path() / "matters") << "whole";
  std::filesystem::create_symlink(dir.path() / "matters", dir.path() / "link");
  EXPECT_EQ(OpenPrivate(dir.path() / "link", PrivateFile::kReplace), nullptr);
  EXPECT_EQ(errno, ELOOP);
  EXPECT_EQ(TextOf(dir.path() / "matters"), "whole");
}

}  // namespace
}  // namespace vams
