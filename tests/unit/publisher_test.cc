#include "events/publisher.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "testing/fake_clock.h"

namespace vams {
namespace {

// Answers each request with the next of `replies`; takes everything once they are used up.
class ScriptedTopic final : public EventTopic {
 public:
  PublishLimits limits() const override { return {most, Bytes{1000}}; }
  Result<std::vector<Status>> PublishBatch(std::string_view, std::span<const TopicMessage> messages) override {
    sizes.push_back(messages.size());
    if (on_publish) on_publish();
    if (replies.empty()) return std::vector<Status>(messages.size());
    auto reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }
  ItemCount most{10};
  std::function<void()> on_publish;
  std::deque<Result<std::vector<Status>>> replies;
  std::vector<std::size_t> sizes;
};

std::vector<TopicMessage> Messages(std::size_t n) { return std::vector<TopicMessage>(n, TopicMessage{"s", "body"}); }

Error Throttled() {
  Error e = MakeError(ErrorCode::kThrottled, "slow down");
  e.retryable = true;
  return e;
}

TEST(PublishAll, FillsRequestsAsTheTopicAllows) {
  ScriptedTopic topic;
  FakeClock clock;
  const auto sent = PublishAll(topic, "t", Messages(25), {}, nullptr, clock, {});
  EXPECT_EQ(sent.published, 25u);
  EXPECT_EQ(topic.sizes, (std::vector<std::size_t>{10, 10, 5}));
  EXPECT_TRUE(clock.sleeps().empty());
}

TEST(PublishAll, SendsOnlyTheUnsettledAgainAfterAGrowingPause) {
  ScriptedTopic topic;
  FakeClock clock;
  topic.replies.push_back(std::vector<Status>{Status{}, std::unexpected(Throttled()), Status{}});
  topic.replies.push_back(std::unexpected(Throttled()));
  const auto sent = PublishAll(topic, "t", Messages(3), {}, nullptr, clock, {});
  EXPECT_EQ(sent.published, 3u);
  EXPECT_EQ(sent.throttled, 2u);
  EXPECT_EQ(topic.sizes, (std::vector<std::size_t>{3, 1, 1}));
  EXPECT_EQ(clock.sleeps(), (std::vector<Duration>{std::chrono::milliseconds(50), std::chrono::milliseconds(100)}));
}

TEST(PublishAll, NumbersFailuresAsTheyWereGiven) {
  ScriptedTopic topic;
  FakeClock clock;
  std::vector<TopicMessage> messages = Messages(12);
  messages[3].body = std::string(2000, 'x');  // larger than any request may be
  topic.replies.push_back(std::vector<Status>(3));
  std::vector<Status> second(8);
  second[7] = Fail(ErrorCode::kInvalid, "refused");
  topic.replies.push_back(std::move(second));
  const auto sent = PublishAll(topic, "t", std::move(messages), {}, nullptr, clock, {});
  EXPECT_EQ(sent.published, 10u);
  ASSERT_EQ(sent.failures.size(), 2u);
  EXPECT_EQ(sent.failures[0].index, 3u);
  EXPECT_EQ(sent.failures[0].error.code, ErrorCode::kTooLarge);
  EXPECT_EQ(sent.failures[1].index, 11u);
}

TEST(PublishAll, KeepsToTheRate) {
  ScriptedTopic topic;
  FakeClock clock;
  RateLimiter pace(clock, PerSecond{100}, ItemCount{0});
  const Duration begun = clock.Elapsed();
  static_cast<void>(PublishAll(topic, "t", Messages(100), {}, &pace, clock, {}));
  EXPECT_EQ(clock.Elapsed() - begun, std::chrono::milliseconds(900)) << "the last ten may go at once";
}

TEST(PublishAll, AsksForNoMoreAtOnceThanThePaceAllows) {
  ScriptedTopic topic;
  topic.most = ItemCount{100};
  FakeClock clock;
  RateLimiter slow(clock, PerSecond{5}, ItemCount{1});
  static_cast<void>(PublishAll(topic, "t", Messages(12), {}, &slow, clock, {}));
  EXPECT_EQ(topic.sizes, (std::vector<std::size_t>{10, 2}));
  topic.sizes.clear();
  RateLimiter fast(clock, PerSecond{200}, ItemCount{20});
  static_cast<void>(PublishAll(topic, "t", Messages(12), {}, &fast, clock, {}));
  EXPECT_EQ(topic.sizes, (std::vector<std::size_t>{12}));
}

TEST(PublishAll, AStopEndsTheWaitForThePace) {
  ScriptedTopic topic;
  FakeClock clock;
  StopFlag stop;
  topic.on_publish = [&] { stop.Request(); };
  RateLimiter pace(clock, PerSecond{0.01}, ItemCount{0});
  const Duration begun = clock.Elapsed();
  const auto sent = PublishAll(topic, "t", Messages(30), {}, &pace, clock, stop);
  EXPECT_EQ(sent.published, 10u);
  EXPECT_TRUE(sent.failures.empty()) << "what was never sent has not failed";
  EXPECT_LT(clock.Elapsed() - begun, std::chrono::seconds(1));
}

TEST(PublishAll, AStopEndsTheTrying) {
  ScriptedTopic topic;
  FakeClock clock;
  StopFlag stop;
  stop.Request();
  topic.replies.push_back(std::unexpected(Throttled()));
  const auto sent = PublishAll(topic, "t", Messages(2), {}, nullptr, clock, stop);
  EXPECT_EQ(sent.published, 0u);
  EXPECT_EQ(sent.failures.size(), 2u);
}

}  // namespace
}  // namespace vams
