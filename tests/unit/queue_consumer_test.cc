#include "indexers/queue_consumer.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/refusing_ports.h"
#include "testing/sample_vams.h"

namespace vams {
namespace {

class QueueConsumerTest : public ::testing::Test {
 protected:
  QueueConsumerTest() : vams(clock), index(vams.file_index()) { FillSample(vams); }

  QueueConsumer Consumer() {
    return QueueConsumer(vams.queue(), vams.source(), index, Compatibility::kRepaired, clock,
                         {.batch = ItemCount{100}, .visibility = std::chrono::seconds(30), .max_receives = 3});
  }
  StepCounts Step(QueueConsumer& consumer) {
    auto counts = consumer.Step();
    EXPECT_TRUE(counts) << counts.error().message;
    return counts.value_or(StepCounts{});
  }

  FakeClock clock;
  MemoryDeployment vams;
  RefusingIndex index;
};

TEST_F(QueueConsumerTest, DeletesWhatIsIndexed) {
  for (int i = 0; i < 5; ++i) {
    const std::string key = "chair/" + std::to_string(i) + ".glb";
    ASSERT_TRUE(PutFile(vams, key));
    vams.Enqueue(S3Event(key));
  }
  QueueConsumer consumer = Consumer();
  const StepCounts counts = Step(consumer);
  EXPECT_EQ(counts.taken, 5u);
  EXPECT_EQ(counts.indexed, 5u);
  EXPECT_EQ(index.bulks, 1u);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Step(consumer).taken, 0u);
}

TEST_F(QueueConsumerTest, NothingIsLostWhileTheIndexIsDown) {
  ASSERT_TRUE(PutFile(vams, "chair/a.glb"));
  vams.Enqueue(S3Event("chair/a.glb"));
  index.down = MakeError(ErrorCode::kUnavailable, "down");
  QueueConsumer consumer = Consumer();
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(consumer.Step());
    clock.Advance(std::chrono::seconds(31));
  }
  index.down.reset();
  EXPECT_EQ(Step(consumer).indexed, 1u) << "an outage is no fault of the message";
  EXPECT_TRUE(vams.ParkedMessages().empty());
}

TEST_F(QueueConsumerTest, WhatMayPassComesAgainUntilItIsGivenUp) {
  ASSERT_TRUE(PutFile(vams, "chair/a.glb"));
  ASSERT_TRUE(PutFile(vams, "chair/b.glb"));
  vams.Enqueue(S3Event("chair/a.glb"));
  vams.Enqueue(S3Event("chair/b.glb"));
  index.refuse = [](const BulkOp& op) -> std::optional<Error> {
    if (!op.id.ends_with("a.glb")) return std::nullopt;
    Error error = MakeError(ErrorCode::kThrottled, "too fast");
    error.retryable = true;
    return error;
  };
  QueueConsumer consumer = Consumer();
  StepCounts counts = Step(consumer);
  EXPECT_EQ(counts.indexed, 1u);
  EXPECT_EQ(counts.again, 1u);
  EXPECT_EQ(Step(consumer).taken, 0u) << "hidden until its time is over";
  clock.Advance(std::chrono::seconds(31));
  EXPECT_EQ(Step(consumer).again, 1u);
  clock.Advance(std::chrono::seconds(31));
  EXPECT_EQ(Step(consumer).parked, 1u);
  ASSERT_EQ(vams.ParkedMessages().size(), 1u);
  EXPECT_EQ(vams.ParkedMessages()[0].second, "too fast");
}

TEST_F(QueueConsumerTest, PoisonIsParkedAtOnceWithItsReason) {
  vams.Enqueue("no JSON");
  vams.Enqueue(S3Event("chair/x.previewFile.y"));
  QueueConsumer consumer = Consumer();
  const StepCounts counts = Step(consumer);
  EXPECT_EQ(counts.parked, 1u);
  EXPECT_EQ(counts.skipped, 1u);
  EXPECT_EQ(vams.ParkedMessages()[0].second, "the message is no JSON object");
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Step(consumer).taken, 0u);
}

TEST_F(QueueConsumerTest, AMessageOfManyRecordsStaysWholeUntilAllAreDone) {
  ASSERT_TRUE(PutFile(vams, "chair/a.glb"));
  ASSERT_TRUE(PutFile(vams, "chair/b.glb"));
  vams.Enqueue(R"({"Records":[{"eventSource":"aws:s3","s3":{"bucket":{"name":"files"},"object":{"key":"chair/a.glb"}}},
                              {"eventSource":"aws:s3","s3":{"bucket":{"name":"files"},"object":{"key":"chair/b.glb"}}}]})");
  index.refuse = [](const BulkOp& op) -> std::optional<Error> {
    if (!op.id.ends_with("a.glb")) return std::nullopt;
    Error error = MakeError(ErrorCode::kThrottled, "too fast");
    error.retryable = true;
    return error;
  };
  QueueConsumer consumer = Consumer();
  EXPECT_EQ(Step(consumer).again, 1u);
  index.refuse = nullptr;
  clock.Advance(std::chrono::seconds(31));
  EXPECT_EQ(Step(consumer).indexed, 2u);
}

TEST_F(QueueConsumerTest, TwoConsumersShareTheWork) {
  for (int i = 0; i < 20; ++i) vams.Enqueue(S3Event("chair/" + std::to_string(i) + ".x"));
  QueueConsumer one(vams.queue(), vams.source(), index, Compatibility::kRepaired, clock, {.batch = ItemCount{10}});
  QueueConsumer two(vams.queue(), vams.source(), index, Compatibility::kRepaired, clock, {.batch = ItemCount{100}});
  EXPECT_EQ(Step(one).taken, 10u);
  EXPECT_EQ(Step(two).taken, 10u);
}

}  // namespace
}  // namespace vams
