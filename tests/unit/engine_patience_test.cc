#include <gtest/gtest.h>

#include "engine/asset_flow.h"
#include "engine/file_flow.h"
#include "engine/patience.h"

namespace vams {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t kTries = 3;

TEST(Patience, AServiceThatAnswersNobodySaysNothingAboutTheItem) {
  Patience patience;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(patience.OnFailure(FailureClass::kNoAnswer, false, seconds(i), kTries));
  EXPECT_FALSE(patience.OnFailure(FailureClass::kNoAnswer, false, minutes(31), kTries)) << "not for ever";
  EXPECT_EQ(patience.failures(), 1001u);
}

TEST(Patience, AnItemThatAloneIsNotAnsweredIsGivenUp) {
  Patience patience;
  EXPECT_TRUE(patience.OnFailure(FailureClass::kNoAnswer, true, seconds(0), kTries));
  EXPECT_TRUE(patience.OnFailure(FailureClass::kThrottled, true, seconds(0), kTries)) << "a throttle is no fault of it";
  EXPECT_TRUE(patience.OnFailure(FailureClass::kNoAnswer, true, seconds(0), kTries));
  EXPECT_FALSE(patience.OnFailure(FailureClass::kNoAnswer, true, seconds(0), kTries));
}

TEST(Patience, AnAnswerThatNobodyCanReadIsAskedForAgainButNotForEver) {
  Patience patience;
  EXPECT_TRUE(patience.OnFailure(FailureClass::kUnreadable, false, seconds(0), kTries));
  EXPECT_TRUE(patience.OnFailure(FailureClass::kUnreadable, false, seconds(0), kTries));
  EXPECT_FALSE(patience.OnFailure(FailureClass::kUnreadable, false, seconds(0), kTries));
}

TEST(Patience, ARefusalIsFinal) {
  Patience patience;
  EXPECT_FALSE(patience.OnFailure(FailureClass::kRefused, false, seconds(0), kTries));
  EXPECT_EQ(patience.failures(), 1u);
}

// Answers everything at once by `answer(task)`, in a time of its own; false where the flow did not end within an hour.
template <class Flow, class Answer>
bool RunToEnd(Flow& flow, Answer&& answer) {
  Duration now{0};
  while (!flow.finished() && now < minutes(60)) {
    if (auto task = flow.Next(now)) {
      auto said = answer(*task);
      flow.OnDone(std::move(*task), std::move(said), now);
    } else {
      const auto at = flow.NextAt();
      if (!at) return false;
      now = std::max(*at, now + Duration{1});
    }
  }
  return flow.finished();
}

const Error kUnreadable = MakeError(ErrorCode::kBadReply, "not XML");

FileFlowSettings OneBucket() {
  FileFlowSettings settings;
  settings.locations.push_back({});
  settings.topics = 1;
  settings.splits = false;
  settings.ranges.push_back({.location = 0, .after = "", .to = std::nullopt});
  return settings;
}

// Every `spoilt`-th answer is unreadable; the bucket holds two pages of one object.
FileAnswer AnswerOf(const FileTask& task, int& number, int spoilt) {
  const bool bad = ++number % spoilt == 0;
  const auto entry = [](std::string key) {
    return ObjectEntry{.key = std::move(key), .size = 1, .last_modified = {}, .etag = "e", .head = std::nullopt};
  };
  if (const auto* list = std::get_if<ListTask>(&task.what)) {
    if (bad) return Result<ListAnswer>(std::unexpected(kUnreadable));
    if (!list->cursor) return Result<ListAnswer>(ListAnswer{.entries = {entry("a")}, .next = Cursor{"a"}});
    return Result<ListAnswer>(ListAnswer{.entries = {entry("b")}, .next = std::nullopt});
  }
  if (std::holds_alternative<HeadTask>(task.what)) {
    if (bad) return Result<HeadAnswer>(std::unexpected(kUnreadable));
    return Result<HeadAnswer>(HeadAnswer(ObjectHead{}));
  }
  if (const auto* decide = std::get_if<DecideTask>(&task.what)) {
    if (bad) return Result<DecideAnswer>(std::unexpected(kUnreadable));
    DecideAnswer answer;
    answer.objects.assign(decide->entries.size(), {.kind = Decided::Kind::kPublish});
    return Result<DecideAnswer>(std::move(answer));
  }
  if (const auto* publish = std::get_if<PublishTask>(&task.what)) {
    if (bad) return Result<PublishAnswer>(std::unexpected(kUnreadable));
    return Result<PublishAnswer>(PublishAnswer(publish->events.size(), Status{}));
  }
  return Result<Committed>(Committed{});
}

TEST(FileFlow, AnswersThatNobodyCanReadAreAskedForAgain) {
  FileFlow flow(OneBucket(), [] { return 0.5; });
  int number = 0;
  ASSERT_TRUE(RunToEnd(flow, [&](const FileTask& task) { return AnswerOf(task, number, 2); }));
  EXPECT_FALSE(flow.fatal());
  EXPECT_EQ(flow.totals().published, 2u);
  EXPECT_EQ(flow.totals().failed, 0u);
}

TEST(FileFlow, AListingThatIsNeverReadableFailsItsBucketAndTheFlowEnds) {
  FileFlow flow(OneBucket(), [] { return 0.5; });
  int lists = 0;
  ASSERT_TRUE(RunToEnd(flow, [&](const FileTask& task) {
    lists += std::holds_alternative<ListTask>(task.what);
    int number = 0;
    return AnswerOf(task, number, 1);
  }));
  EXPECT_EQ(lists, 20);
  const auto notes = flow.TakeNotes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes.front().kind, FlowNote::Kind::kBucketFailed);
  EXPECT_EQ(notes.front().error->message, kUnreadable.message);
}

TEST(FileFlow, TablesThatAreNeverReadableEndTheFlow) {
  FileFlow flow(OneBucket(), [] { return 0.5; });
  ASSERT_TRUE(RunToEnd(flow, [&](const FileTask& task) {
    int number = 0;
    return AnswerOf(task, number, std::holds_alternative<DecideTask>(task.what) ? 1 : 2);
  }));
  ASSERT_TRUE(flow.fatal());
  EXPECT_EQ(flow.fatal()->code, ErrorCode::kBadReply);
}

AssetAnswer AnswerOf(const AssetTask& task, int& number, int spoilt) {
  const bool bad = ++number % spoilt == 0;
  if (std::holds_alternative<ScanTask>(task.what)) {
    if (bad) return Result<ScanAnswer>(std::unexpected(kUnreadable));
    return Result<ScanAnswer>(ScanAnswer{.keys = {{"database", "asset"}}, .invalid = {}, .next = std::nullopt});
  }
  if (std::holds_alternative<TouchTask>(task.what)) {
    if (bad) return Result<TouchAnswer>(std::unexpected(kUnreadable));
    return Result<TouchAnswer>(TouchAnswer{TouchOutcome::kDone});
  }
  return Result<AssetCommitted>(AssetCommitted{});
}

TEST(AssetFlow, AnswersThatNobodyCanReadAreAskedForAgain) {
  AssetFlow flow({.segments = 1}, [] { return 0.5; });
  int number = 1;
  ASSERT_TRUE(RunToEnd(flow, [&](const AssetTask& task) { return AnswerOf(task, number, 2); }));
  EXPECT_FALSE(flow.fatal());
  EXPECT_EQ(flow.totals().touched, 1u);
}

TEST(AssetFlow, ATableThatIsNeverReadableEndsTheFlow) {
  AssetFlow flow({.segments = 1}, [] { return 0.5; });
  int scans = 0;
  ASSERT_TRUE(RunToEnd(flow, [&](const AssetTask& task) {
    scans += std::holds_alternative<ScanTask>(task.what);
    int number = 0;
    return AnswerOf(task, number, 1);
  }));
  EXPECT_EQ(scans, 20);
  ASSERT_TRUE(flow.fatal());
  EXPECT_TRUE(flow.fatal()->reading);
}

}  // namespace
}  // namespace vams
