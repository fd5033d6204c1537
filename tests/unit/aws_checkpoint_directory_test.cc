#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "backends/aws/streams/checkpoint_directory.h"
#include "backends/aws/streams/stream_record.h"
#include "base/durable_file.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams::aws {
namespace {

using testing::HasSubstr;

class CheckpointDirectoryTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return temp_.path() / "state" / "checkpoints" / "indexers.json"; }
  std::string Content() const { return ReadWholeFile(file())->value_or(""); }

  TempDir temp_;
  FakeClock clock_;
  CheckpointDirectory directory_{temp_.path() / "state" / "checkpoints", clock_};
};

TEST_F(CheckpointDirectoryTest, NothingIsMadeBeforeSomethingIsSaved) {
  EXPECT_EQ(*directory_.Load("indexers", "assets/1"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(temp_.path() / "state"));
}

TEST_F(CheckpointDirectoryTest, KeepsThePositionsOfEachShardAndConsumer) {
  ASSERT_TRUE(directory_.Save("indexers", "assets/1", {"7"}));
  ASSERT_TRUE(directory_.Save("indexers", "links/2", {"8"}));
  ASSERT_TRUE(directory_.Save("others", "assets/1", {"9"}));
  EXPECT_EQ(*directory_.Load("indexers", "assets/1"), StreamPosition{"7"});
  EXPECT_EQ(*directory_.Load("indexers", "links/2"), StreamPosition{"8"});
  EXPECT_EQ(*directory_.Load("others", "assets/1"), StreamPosition{"9"});
  EXPECT_EQ(Content(),
            "{\n \"version\": 1,\n \"positions\": {\n  \"assets/1\": {\n   \"after\": \"7\",\n   \"saved_at\": "
            "\"2025-06-01T00:00:00.000Z\"\n  },\n  \"links/2\": {\n   \"after\": \"8\",\n   \"saved_at\": "
            "\"2025-06-01T00:00:00.000Z\"\n  }\n }\n}\n");
}

TEST_F(CheckpointDirectoryTest, ForgetsShardsThatNobodyHasMovedInForAWeek) {
  ASSERT_TRUE(directory_.Save("indexers", "assets/old", {"7"}));
  clock_.Advance(std::chrono::hours(24 * 6));
  ASSERT_TRUE(directory_.Save("indexers", "assets/new", {"8"}));
  EXPECT_EQ(*directory_.Load("indexers", "assets/old"), StreamPosition{"7"});
  clock_.Advance(std::chrono::hours(24 * 2));
  ASSERT_TRUE(directory_.Save("indexers", "assets/new", {"9"}));
  EXPECT_EQ(*directory_.Load("indexers", "assets/old"), std::nullopt);
  EXPECT_EQ(*directory_.Load("indexers", "assets/new"), StreamPosition{"9"});
}

TEST_F(CheckpointDirectoryTest, ADamagedFileIsNeitherReadNorReplaced) {
  ASSERT_TRUE(directory_.Save("indexers", "assets/1", {"7"}));
  const std::string whole = Content();
  for (std::size_t n = 0; n + 2 < whole.size(); ++n) {
    std::ofstream(file()) << whole.substr(0, n);
    const auto loaded = directory_.Load("indexers", "assets/1");
    ASSERT_FALSE(loaded) << n;
    EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(loaded.error().message, HasSubstr(file().string()));
  }
  for (const char* text : {"{\"version\":2,\"positions\":{}}", "{\"version\":1}", "{\"version\":1,\"positions\":[]}",
                           "{\"version\":1,\"positions\":{\"a\":{\"after\":1,\"saved_at\":\"2025-06-01T00:00:00Z\"}}}",
                           "{\"version\":1,\"positions\":{\"a\":{\"after\":\"1\",\"saved_at\":\"yesterday\"}}}"}) {
    std::ofstream(file()) << text;
    EXPECT_EQ(directory_.Load("indexers", "a").error().code, ErrorCode::kCorrupt) << text;
    EXPECT_EQ(directory_.Save("indexers", "a", {"8"}).error().code, ErrorCode::kCorrupt) << text;
    EXPECT_EQ(Content(), text);
  }
}

TEST_F(CheckpointDirectoryTest, AConsumersNameIsNoPath) {
  for (const std::string& name : {std::string(), std::string("../x"), std::string("a/b"), std::string("a.b"),
                                  std::string(101, 'a'), std::string("a\0b", 3)}) {
    EXPECT_EQ(directory_.Load(name, "s").error().code, ErrorCode::kInvalid);
    EXPECT_EQ(directory_.Save(name, "s", {"1"}).error().code, ErrorCode::kInvalid);
  }
}

TEST_F(CheckpointDirectoryTest, SaysWhereItCannotBeMade) {
  ASSERT_TRUE(ReplaceDurably(temp_.path() / "state", "a file"));
  const auto status = directory_.Save("indexers", "s", {"1"});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr((temp_.path() / "state").string()));
  EXPECT_FALSE(directory_.Park("{}"));
}

TEST_F(CheckpointDirectoryTest, ConcurrentWritersLoseNothing) {
  constexpr int kWriters = 4;
  constexpr int kSaves = 6;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kWriters; ++t) {
      threads.emplace_back([&, t] {
        // As another process would have it.
        const CheckpointDirectory own(temp_.path() / "state" / "checkpoints", clock_);
        for (int i = 1; i <= kSaves; ++i) {
          EXPECT_TRUE(own.Save("indexers", fmt::format("assets/{}", t), {fmt::format("{}", i)}));
          EXPECT_TRUE(own.Park(fmt::format("{{\"writer\":{}}}", t)));
        }
      });
    }
  }
  for (int t = 0; t < kWriters; ++t) {
    EXPECT_EQ(*directory_.Load("indexers", fmt::format("assets/{}", t)), StreamPosition{fmt::format("{}", kSaves)});
  }
  const std::string parked = ReadWholeFile(temp_.path() / "state" / "checkpoints" / "parked.ndjson")->value_or("");
  EXPECT_EQ(std::ranges::count(parked, '\n'), kWriters * kSaves);
}

TEST(DescribeParked, IsOneLineOfJson) {
  ChangeRecord record;
  record.table = ChangedTable::kLinks;
  record.kind = ChangeKind::kRemove;
  record.sequence = "12";
  record.keys.Set("assetLinkId", "a\nb");
  record.old_image = record.keys;
  const std::string line = DescribeParked(record, "it \"cannot\" be\nindexed", "2025-06-01T00:00:00.000Z");
  EXPECT_EQ(line, R"({"time":"2025-06-01T00:00:00.000Z","reason":"it \"cannot\" be\nindexed","table":"links",)"
                  R"("eventName":"REMOVE","sequence":"12","keys":{"assetLinkId":{"S":"a\nb"}},)"
                  R"("oldImage":{"assetLinkId":{"S":"a\nb"}}})");
}

TEST(StreamPosition, LaterByNumber) {
  EXPECT_TRUE(IsLater({"1"}, {""}));
  EXPECT_FALSE(IsLater({""}, {""}));
  EXPECT_FALSE(IsLater({""}, {"1"}));
  EXPECT_TRUE(IsLater({"10"}, {"9"}));
  EXPECT_FALSE(IsLater({"9"}, {"10"}));
  EXPECT_FALSE(IsLater({"010"}, {"10"}));
  EXPECT_TRUE(IsLater({"b"}, {"a"}));
}

}  // namespace
}  // namespace vams::aws
