#include "events/publish_batch.h"

#include <gtest/gtest.h>

namespace vams {
namespace {

std::vector<TopicMessage> Messages(std::size_t n) {
  std::vector<TopicMessage> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back({"s", std::to_string(i)});
  return out;
}

Error Retryable() {
  Error e = MakeError(ErrorCode::kThrottled, "slow down");
  e.retryable = true;
  return e;
}

TEST(PublishBatchState, SettlesRetriesAndFailsEachMessageByItself) {
  PublishBatchState state(Messages(4), 3);
  state.OnReply(
      std::vector<Status>{Status{}, std::unexpected(Retryable()), Fail(ErrorCode::kInvalid, "refused"), Status{}});
  ASSERT_FALSE(state.Done());
  ASSERT_EQ(state.Pending().size(), 1u);
  EXPECT_EQ(state.Pending()[0].body, "1");
  state.OnReply(std::vector<Status>{Status{}});
  EXPECT_TRUE(state.Done());
  EXPECT_EQ(state.published(), 3u);
  ASSERT_EQ(state.failures().size(), 1u);
  EXPECT_EQ(state.failures()[0].index, 2u);
  EXPECT_EQ(state.failures()[0].tries, 1u);
}

TEST(PublishBatchState, AnUnmentionedMessageStaysUntilItsTriesAreUsedUp) {
  PublishBatchState state(Messages(2), 2);
  state.OnReply(std::vector<Status>{Status{}});
  ASSERT_EQ(state.Pending().size(), 1u);
  state.OnReply(std::vector<Status>{});
  EXPECT_TRUE(state.Done());
  ASSERT_EQ(state.failures().size(), 1u);
  EXPECT_EQ(state.failures()[0].error.code, ErrorCode::kBadReply);
}

TEST(PublishBatchState, ALostAnswerKeepsAllOnlyWhileItMayHelp) {
  PublishBatchState state(Messages(3), 2);
  state.OnLost(Retryable());
  EXPECT_EQ(state.Pending().size(), 3u);
  state.OnLost(Retryable());
  EXPECT_TRUE(state.Done());
  EXPECT_EQ(state.failures().size(), 3u);

  PublishBatchState permanent(Messages(1), 5);
  permanent.OnLost(MakeError(ErrorCode::kAccessDenied, "no"));
  EXPECT_TRUE(permanent.Done());
}

TEST(FittingMessages, IsBoundedByEntriesAndBytes) {
  const auto messages = Messages(5);  // two bytes each
  EXPECT_EQ(FittingMessages(messages, {ItemCount{10}, Bytes{100}}), 5u);
  EXPECT_EQ(FittingMessages(messages, {ItemCount{3}, Bytes{100}}), 3u);
  EXPECT_EQ(FittingMessages(messages, {ItemCount{10}, Bytes{5}}), 2u);
  EXPECT_EQ(FittingMessages(messages, {ItemCount{10}, Bytes{1}}), 0u);
}

}  // namespace
}  // namespace vams
