#include "indexers/stream_consumer.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/refusing_ports.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

class StreamConsumerTest : public ::testing::Test {
 protected:
  StreamConsumerTest() : vams(clock), assets(vams.asset_index()) { FillSample(vams); }

  StreamConsumer Consumer(std::uint64_t batch = 100) {
    return StreamConsumer(vams.changes(), vams.source(), assets, vams.file_index(), Compatibility::kRepaired, clock,
                          {.batch = ItemCount{batch}, .max_tries = 3});
  }
  std::uint64_t Backlog() { return vams.changes().Backlog(std::string(kStreamConsumerName))->value().value; }

  FakeClock clock;
  MemoryDeployment vams;
  RefusingIndex assets;
};

TEST_F(StreamConsumerTest, IndexesAndConfirms) {
  ASSERT_TRUE(PutFile(vams, "chair/leg.glb"));
  vams.PutMetadata(MetadataItem("db-one", "chair", "owner", "Ada"));
  vams.PutMetadata(MetadataItem("db-one", "/chair/leg.glb", "owner", "Ada"));
  StreamConsumer consumer = Consumer();
  const auto counts = consumer.Step();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->taken, 3u);
  EXPECT_EQ(Backlog(), 0u);
  EXPECT_EQ(vams.asset_index().Count()->value, 1u);
  EXPECT_EQ(vams.file_index().Count()->value, 1u) << "file metadata reaches the file indexer";
  EXPECT_EQ(consumer.Step()->taken, 0u);
}

TEST_F(StreamConsumerTest, GoesOnWhereAnotherEnded) {
  for (int i = 0; i < 9; ++i) vams.PutAsset(AssetItem({"db-one", "part" + std::to_string(i)}, "x/"));
  StreamConsumer first = Consumer(4);
  EXPECT_EQ(first.Step()->taken, 4u);
  StreamConsumer second = Consumer(4);
  EXPECT_EQ(second.Step()->taken, 4u);
  EXPECT_EQ(first.Step()->taken, 2u) << "also where another has gone on meanwhile";
  EXPECT_EQ(vams.asset_index().Count()->value, 10u);
}

TEST_F(StreamConsumerTest, NothingIsConfirmedWhileTheIndexIsDown) {
  assets.down = MakeError(ErrorCode::kUnavailable, "down");
  StreamConsumer consumer = Consumer();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(consumer.Step());
  EXPECT_EQ(Backlog(), 1u);
  assets.down.reset();
  EXPECT_EQ(consumer.Step()->indexed, 1u);
  EXPECT_TRUE(vams.ParkedChanges().empty());
}

TEST_F(StreamConsumerTest, ARecordThatNeverPassesIsParkedAfterItsTries) {
  assets.refuse = [](const BulkOp&) -> std::optional<Error> {
    Error error = MakeError(ErrorCode::kThrottled, "too fast");
    error.retryable = true;
    return error;
  };
  StreamConsumer consumer = Consumer();
  EXPECT_EQ(consumer.Step()->again, 1u);
  EXPECT_EQ(consumer.Step()->again, 1u);
  EXPECT_EQ(Backlog(), 1u);
  EXPECT_EQ(consumer.Step()->parked, 1u);
  EXPECT_EQ(Backlog(), 0u);
  EXPECT_EQ(vams.ParkedChanges(), std::vector<std::string>{"too fast"});
}

TEST_F(StreamConsumerTest, ARecordWithoutADocumentIsParkedOnceAndHoldsNothingBack) {
  Item broken = AssetItem({"db-one", "lamp"}, "lamp/");
  broken.Set("tags", "no list");
  vams.PutAsset(broken);
  int refusals = 0;
  assets.refuse = [&](const BulkOp&) -> std::optional<Error> {
    if (refusals++ > 0) return std::nullopt;
    Error error = MakeError(ErrorCode::kThrottled, "too fast");
    error.retryable = true;
    return error;
  };
  StreamConsumer consumer = Consumer();
  EXPECT_EQ(consumer.Step()->again, 1u) << "the chair";
  const auto counts = consumer.Step();
  EXPECT_EQ(counts->indexed, 1u);
  EXPECT_EQ(vams.ParkedChanges().size(), 1u) << "the lamp, once";
  EXPECT_EQ(Backlog(), 0u);
}

}  // namespace
}  // namespace vams
