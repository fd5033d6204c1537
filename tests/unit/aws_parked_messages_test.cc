#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "backends/aws/events/parked_messages.h"
#include "base/text.h"
#include "testing/temp_dir.h"

namespace vams::aws {
namespace {

using testing::SizeIs;

class ParkedMessagesTest : public testing::Test {
 protected:
  std::string Content() const {
    std::ostringstream text;
    text << std::ifstream(messages_.file()).rdbuf();
    return text.str();
  }
  std::vector<nlohmann::json> Records() const {
    std::vector<nlohmann::json> records;
    std::istringstream lines(Content());
    for (std::string line; std::getline(lines, line);) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      if (json.is_object()) records.push_back(json);
    }
    return records;
  }

  TempDir temp_;
  const ParkedMessages messages_{temp_.path() / "a" / "b" / "parked.ndjson"};
};

TEST_F(ParkedMessagesTest, ALineEach) {
  ASSERT_TRUE(messages_.Append("1", "a\nb", "why", UtcTime{}));
  ASSERT_TRUE(messages_.Append("2", "\xC3\xA4\"", "line\nbreak", UtcTime{}));
  const auto records = Records();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0]["body"], "a\nb");
  EXPECT_EQ(records[0]["time"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(records[1]["body"], "\xC3\xA4\"");
  struct stat state{};
  ASSERT_EQ(stat(messages_.file().c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777, 0600u);
}

TEST_F(ParkedMessagesTest, ClosesALineThatWasCut) {
  ASSERT_TRUE(messages_.Append("1", "first", "why", UtcTime{}));
  const std::string whole = Content();
  for (const std::size_t left : {whole.size() - 1, whole.size() / 2, std::size_t{1}}) {
    std::ofstream(messages_.file(), std::ios::trunc) << whole.substr(0, left);
    ASSERT_TRUE(messages_.Append("2", "second", "why", UtcTime{}));
    const auto records = Records();
    ASSERT_FALSE(records.empty()) << left;
    EXPECT_EQ(records.back()["body"], "second") << left;
  }
}

TEST_F(ParkedMessagesTest, ThreadsDoNotMixTheirLines) {
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        const ParkedMessages own(messages_.file());
        for (int i = 0; i < 10; ++i) {
          EXPECT_TRUE(own.Append(std::to_string(t), std::string(5000, 'x'), "why", UtcTime{}));
        }
      });
    }
  }
  EXPECT_THAT(Records(), SizeIs(40));
}

TEST_F(ParkedMessagesTest, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(messages_.Append("1", "\xFF", "why", UtcTime{}).error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(std::filesystem::exists(messages_.file()));
}

TEST_F(ParkedMessagesTest, NoPlace) {
  std::ofstream(temp_.path() / "a") << "a file where the directory would be";
  const Status status = messages_.Append("1", "body", "why", UtcTime{});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_THAT(status.error().hint, testing::HasSubstr("stays in the queue"));
}

}  // namespace
}  // namespace vams::aws
