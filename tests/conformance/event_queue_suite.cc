#include <set>

#include "tests/conformance/suite.h"

namespace vams::conformance {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

// How much later than told a real queue may be, and still in time.
constexpr Duration kMargin = std::chrono::milliseconds(200);

class EventQueueSuite : public Suite {
 protected:
  EventQueue& queue() { return *ports().file_events; }

  void Publish(std::size_t count, const std::string& body = "body") {
    const auto most = static_cast<std::size_t>(ports().topic->limits().entries.value);
    for (std::size_t at = 0; at < count; at += most) {
      std::vector<TopicMessage> messages;
      for (std::size_t i = at; i < std::min(count, at + most); ++i) {
        messages.push_back({"subject", fmt::format("{}-{}", body, i)});
      }
      for (const Status& status : Value(ports().topic->PublishBatch(vams_->Topic(), messages))) ASSERT_TRUE(status);
    }
  }
  // Receives until nothing is visible.
  std::vector<QueueMessage> ReceiveAll(Duration visibility = seconds{30}, std::uint64_t limit = 10) {
    std::vector<QueueMessage> all;
    for (;;) {
      auto some = Value(queue().Receive(ItemCount{limit}, visibility));
      EXPECT_LE(some.size(), limit);
      if (some.empty()) return all;
      for (QueueMessage& message : some) all.push_back(std::move(message));
    }
  }
  // What the queue still holds, hidden or not.
  std::uint64_t Left() {
    const auto depth = Value(queue().ApproximateDepth());
    return depth.visible + depth.in_flight;
  }
  static std::vector<std::string> Receipts(const std::vector<QueueMessage>& messages) {
    std::vector<std::string> receipts;
    for (const QueueMessage& message : messages) receipts.push_back(message.receipt);
    return receipts;
  }
};

TEST_P(EventQueueSuite, EmptyQueue) {
  EXPECT_THAT(Value(queue().Receive(ItemCount{10}, seconds{30})), IsEmpty());
  EXPECT_THAT(Value(queue().Delete({})), IsEmpty());
  const auto depth = Value(queue().ApproximateDepth());
  EXPECT_EQ(depth.visible + depth.in_flight, 0u);
  EXPECT_EQ(CodeOf(queue().Receive(ItemCount{0}, seconds{30})), ErrorCode::kInvalid);
}

TEST_P(EventQueueSuite, DeliversEachMessageOnceWhileItIsHidden) {
  Publish(25);
  std::set<std::string> bodies;
  std::set<std::string> ids;
  for (const QueueMessage& message : ReceiveAll()) {
    bodies.insert(message.body);
    ids.insert(message.id);
    EXPECT_EQ(message.receive_count, 1u);
  }
  EXPECT_THAT(bodies, SizeIs(25));
  EXPECT_THAT(ids, SizeIs(25));
  const auto depth = Value(queue().ApproximateDepth());
  EXPECT_EQ(depth.visible, 0u);
  EXPECT_EQ(depth.in_flight, 25u);
}

TEST_P(EventQueueSuite, WhatIsNotDeletedComesAgain) {
  // The middle is far from both ends, also on a machine that is busy.
  const Duration hiding = 3 * vams_->ShortHiding();
  Publish(3);
  const auto first = ReceiveAll(hiding);
  vams_->Advance(hiding / 2);
  EXPECT_THAT(ReceiveAll(), IsEmpty());
  vams_->Advance(hiding / 2 + kMargin);
  const auto second = ReceiveAll(seconds{30});
  ASSERT_THAT(second, SizeIs(3));
  for (const QueueMessage& message : second) EXPECT_EQ(message.receive_count, 2u);
  for (const Status& status : Value(queue().Delete(Receipts(second)))) EXPECT_TRUE(status);
  EXPECT_EQ(Left(), 0u);
}

TEST_P(EventQueueSuite, AVoidReceiptRemovesNothing) {
  Publish(1);
  const auto first = ReceiveAll(vams_->ShortHiding());
  vams_->Advance(vams_->ShortHiding() + kMargin);
  const auto second = ReceiveAll(vams_->ShortHiding());
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_NE(first[0].receipt, second[0].receipt);
  const auto statuses = Value(queue().Delete(Receipts(first)));
  EXPECT_EQ(statuses.at(0).has_value(), GetParam().deviations.void_receipts_succeed);
  EXPECT_EQ(Left(), 1u) << "the message is still there";
  vams_->Advance(vams_->ShortHiding() + kMargin);
  EXPECT_THAT(ReceiveAll(), SizeIs(1));
}

TEST_P(EventQueueSuite, AReceiptIsGoodUntilTheNextDelivery) {
  Publish(1);
  const auto late = ReceiveAll(vams_->ShortHiding());
  vams_->Advance(2 * vams_->ShortHiding());
  EXPECT_TRUE(Value(queue().Delete(Receipts(late))).at(0));
  EXPECT_THAT(ReceiveAll(), IsEmpty());
}

TEST_P(EventQueueSuite, DeletingTwiceIsASuccess) {
  Publish(2);
  const auto receipts = Receipts(ReceiveAll());
  Value(queue().Delete(receipts));
  for (const Status& status : Value(queue().Delete(receipts))) {
    EXPECT_EQ(status.has_value(), GetParam().deviations.void_receipts_succeed);
  }
  EXPECT_EQ(Left(), 0u);
}

TEST_P(EventQueueSuite, AForeignReceiptIsAnErrorOfItsOwn) {
  Publish(1);
  auto receipts = Receipts(ReceiveAll());
  receipts.insert(receipts.begin(), "no receipt");
  const auto statuses = Value(queue().Delete(receipts));
  EXPECT_FALSE(statuses.at(0));
  EXPECT_TRUE(statuses.at(1));
  EXPECT_EQ(Value(queue().ApproximateDepth()).in_flight, 0u);
}

TEST_P(EventQueueSuite, NoBoundOnReceipts) {
  Publish(1500);
  const auto messages = ReceiveAll(seconds{300}, 1000);
  ASSERT_THAT(messages, SizeIs(1500));
  const auto statuses = Value(queue().Delete(Receipts(messages)));
  EXPECT_THAT(statuses, SizeIs(1500));
  for (const Status& status : statuses) EXPECT_TRUE(status);
  EXPECT_EQ(Left(), 0u);
}

TEST_P(EventQueueSuite, AParkedMessageIsNotDeliveredAgain) {
  Publish(2);
  const auto messages = ReceiveAll(vams_->ShortHiding());
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_TRUE(queue().Park(messages[0], "no JSON"));
  EXPECT_EQ(queue().Park(messages[0], "no JSON").has_value(), GetParam().deviations.void_receipts_succeed)
      << "parked already";
  vams_->Advance(vams_->ShortHiding() + kMargin);
  const auto again = ReceiveAll();
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].id, messages[1].id);
}

TEST_P(EventQueueSuite, ReceiversOfOneQueueShareIt) {
  Publish(300);
  std::mutex mu;
  std::multiset<std::string> bodies;
  InThreads(4, [&](std::size_t thread) {
    Deployment own = thread % 2 == 0 ? vams_->OpenAgain() : Deployment{};
    EventQueue& mine = own.file_events ? *own.file_events : queue();
    for (;;) {
      const auto messages = Value(mine.Receive(ItemCount{7}, seconds{30}));
      if (messages.empty()) return;
      {
        const std::lock_guard lock(mu);
        for (const QueueMessage& message : messages) bodies.insert(message.body);
      }
      for (const Status& status : Value(mine.Delete(Receipts(messages)))) EXPECT_TRUE(status);
    }
  });
  EXPECT_THAT(bodies, SizeIs(300));
  EXPECT_THAT(std::set<std::string>(bodies.begin(), bodies.end()), SizeIs(300));
  EXPECT_EQ(Value(queue().ApproximateDepth()).visible, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, EventQueueSuite, testing::ValuesIn(EventBackends()), BackendName);

class EventTopicSuite : public Suite {
 protected:
  EventTopic& topic() { return *ports().topic; }
};

TEST_P(EventTopicSuite, DeliversBodiesAsTheyAre) {
  const std::vector<std::string> bodies{R"({"Records": [{"s3": {"object": {"key": "a b+c%20\u0001"}}}]})",
                                        "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 'quoted' \"twice\"",
                                        " spaces \n around \t "};
  std::vector<TopicMessage> messages;
  for (const std::string& body : bodies) messages.push_back({"S3 Notification - Reindex", body});
  const auto statuses = Value(topic().PublishBatch(vams_->Topic(), messages));
  ASSERT_THAT(statuses, SizeIs(3));
  for (const Status& status : statuses) EXPECT_TRUE(status);
  std::set<std::string> received;
  for (const QueueMessage& m : Value(ports().file_events->Receive(ItemCount{10}, seconds{30}))) received.insert(m.body);
  EXPECT_EQ(received, std::set<std::string>(bodies.begin(), bodies.end()));
}

TEST_P(EventTopicSuite, NoTopic) {
  const std::vector<TopicMessage> messages{{"subject", "body"}};
  const auto result = topic().PublishBatch("arn:aws:sns:us-east-1:123456789012:nobody-made-this", messages);
  EXPECT_EQ(CodeOf(result), ErrorCode::kNotFound);
}

TEST_P(EventTopicSuite, OverTheLimitsNothingIsSent) {
  const PublishLimits limits = topic().limits();
  ASSERT_GT(limits.entries.value, 0u);
  const std::vector<TopicMessage> many(limits.entries.value + 1, {"s", "b"});
  EXPECT_EQ(CodeOf(topic().PublishBatch(vams_->Topic(), many)), ErrorCode::kTooLarge);
  const std::vector<TopicMessage> large(1, {"s", std::string(limits.bytes.value, 'x')});
  EXPECT_EQ(CodeOf(topic().PublishBatch(vams_->Topic(), large)), ErrorCode::kTooLarge);
  EXPECT_EQ(Value(ports().file_events->ApproximateDepth()).visible, 0u);
}

TEST_P(EventTopicSuite, AsMuchAsTheLimitsAllow) {
  const PublishLimits limits = topic().limits();
  const std::vector<TopicMessage> many(limits.entries.value, {"s", "b"});
  for (const Status& status : Value(topic().PublishBatch(vams_->Topic(), many))) EXPECT_TRUE(status);
  const std::vector<TopicMessage> large(1, {"s", std::string(limits.bytes.value - 1, 'x')});
  for (const Status& status : Value(topic().PublishBatch(vams_->Topic(), large))) EXPECT_TRUE(status);
}

TEST_P(EventTopicSuite, ABadMessageFailsAlone) {
  const std::vector<TopicMessage> messages{{"subject", "good 1"},
                                           {"subject", ""},
                                           {"subject", "\xFF\xFE"},
                                           {std::string(100, 's'), "subject too long"},
                                           {"sub\nject", "subject with a control character"},
                                           {std::string(99, 's'), "good 2"}};
  const auto statuses = Value(topic().PublishBatch(vams_->Topic(), messages));
  ASSERT_THAT(statuses, SizeIs(6));
  EXPECT_TRUE(statuses[0]);
  EXPECT_TRUE(statuses[5]);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(CodeOf(statuses[i]), ErrorCode::kInvalid) << i;
    EXPECT_FALSE(statuses[i].error().retryable) << i;
  }
  EXPECT_EQ(Value(ports().file_events->ApproximateDepth()).visible, 2u);
}

TEST_P(EventTopicSuite, TakesCallsOfSeveralThreads) {
  InThreads(4, [&](std::size_t thread) {
    for (int i = 0; i < 20; ++i) {
      const std::vector<TopicMessage> messages(5, {"s", fmt::format("{}-{}", thread, i)});
      for (const Status& status : Value(topic().PublishBatch(vams_->Topic(), messages))) EXPECT_TRUE(status);
    }
  });
  EXPECT_EQ(Value(ports().file_events->ApproximateDepth()).visible, 400u);
}

INSTANTIATE_TEST_SUITE_P(All, EventTopicSuite, testing::ValuesIn(EventBackends()), BackendName);

}  // namespace
}  // namespace vams::conformance
