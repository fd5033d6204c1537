#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "backends/aws/events/parked_messages.h"
#include "testing/temp_dir.h"

namespace vams::aws {
namespace {

// No file of this process grows past `bytes` while this lives; a write that would, ends there.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

std::string ContentOf(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(ParkedMessagesFault, HalfALineIsTakenBack) {
  TempDir temp;
  const ParkedMessages messages(temp.path() / "parked.ndjson");
  ASSERT_TRUE(messages.Append("1", "first", "why", UtcTime{}));
  const std::string before = ContentOf(messages.file());
  {
    const FileSizeLimit limit(before.size() + 20);
    const Status status = messages.Append("2", "second", "why", UtcTime{});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kNoSpace);
  }
  EXPECT_EQ(ContentOf(messages.file()), before);
  ASSERT_TRUE(messages.Append("3", "third", "why", UtcTime{}));
  EXPECT_THAT(ContentOf(messages.file()), testing::StartsWith(before + R"({"id":"3")"));
}

TEST(ParkedMessagesFault, ALinkIsNotFollowed) {
  TempDir temp;
  const ParkedMessages messages(temp.path() / "parked.ndjson");
  std::filesystem::create_symlink(temp.path() / "elsewhere", messages.file());
  EXPECT_FALSE(messages.Append("1", "first", "why", UtcTime{}));
  EXPECT_FALSE(std::filesystem::exists(temp.path() / "elsewhere"));
}

}  // namespace
}  // namespace vams::aws
