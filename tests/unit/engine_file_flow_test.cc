#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/file_flow.h"

namespace vams {
namespace {

FileFlowSettings OneLocation() {
  FileFlowSettings settings;
  settings.locations = {{.prefix = "p/", .bucket = 0, .topic = 0}};
  settings.topics = 1;
  settings.ranges = {{.location = 0, .after = "", .to = std::nullopt}};
  settings.list = {.most_in_flight = 8, .first_in_flight = 8, .adapts = false};
  return settings;
}

// All that may be begun at this moment.
std::vector<FileTask> Begun(FileFlow& flow, Duration now) {
  std::vector<FileTask> tasks;
  while (auto task = flow.Next(now)) tasks.push_back(std::move(*task));
  return tasks;
}

std::vector<std::string> Folders(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format("p/asset-{:04}/", i));
  return names;
}

class FileFlowTest : public testing::Test {
 protected:
  FileFlow flow_{OneLocation(), [] { return 0.5; }};
};

TEST_F(FileFlowTest, NamesComeBesideTheFirstPageAndThenAsManyPagesAsMayBe) {
  auto tasks = Begun(flow_, Duration{0});
  ASSERT_EQ(tasks.size(), 2u);
  ASSERT_TRUE(std::holds_alternative<NamesTask>(tasks[0].what));
  ASSERT_TRUE(std::holds_alternative<ListTask>(tasks[1].what));
  flow_.OnDone(std::move(tasks[0]), Result<NamesAnswer>(Folders(1000)), Duration{1000});
  EXPECT_TRUE(Begun(flow_, Duration{1000}).empty()) << "the first page may be all there is";
  ListAnswer page{.entries = {}, .next = Cursor{"more"}};
  flow_.OnDone(std::move(tasks[1]), Result<ListAnswer>(std::move(page)), Duration{2000});
  const auto more = Begun(flow_, Duration{2000});
  ASSERT_EQ(more.size(), 8u);
  EXPECT_TRUE(std::ranges::all_of(more, [](const FileTask& t) { return std::holds_alternative<ListTask>(t.what); }));
  EXPECT_EQ(std::get<ListTask>(more[0].what).cursor, Cursor{"more"});
  EXPECT_EQ(std::get<ListTask>(more[1].what).after, "p/asset-0125/");
  EXPECT_EQ(std::get<ListTask>(more[7].what).after, "p/asset-0875/");
}

TEST_F(FileFlowTest, WithoutNamesTheListingGoesOnAndNobodyIsTold) {
  for (const bool retryable : {false, true}) {
    FileFlow flow(OneLocation(), [] { return 0.5; });
    auto tasks = Begun(flow, Duration{0});
    ASSERT_EQ(tasks.size(), 2u);
    const Error denied{.code = ErrorCode::kAccessDenied, .message = "no delimiter", .retryable = retryable};
    flow.OnDone(std::move(tasks[0]), Result<NamesAnswer>(std::unexpected(denied)), Duration{1000});
    EXPECT_TRUE(Begun(flow, Duration{1000}).empty()) << "not asked again";
    flow.OnDone(std::move(tasks[1]), Result<ListAnswer>(ListAnswer{}), Duration{2000});
    EXPECT_TRUE(flow.TakeNotes().empty());
    EXPECT_FALSE(flow.fatal());
    auto commit = flow.Next(Duration{1'000'000});
    ASSERT_TRUE(commit && std::holds_alternative<CommitTask>(commit->what));
    flow.OnDone(std::move(*commit), Result<Committed>(Committed{}), Duration{1'000'001});
    EXPECT_TRUE(flow.finished());
  }
}

ListAnswer PageOf(int objects, std::string_view folder, std::optional<Cursor> next) {
  ListAnswer page{.entries = {}, .next = std::move(next)};
  for (int i = 0; i < objects; ++i) {
    page.entries.push_back(
        {.key = fmt::format("p/{}/{:03}", folder, i), .size = 1, .last_modified = {}, .etag = {}, .head = {}});
  }
  return page;
}

template <class What>
std::size_t CountOf(const std::vector<FileTask>& tasks) {
  return static_cast<std::size_t>(
      std::ranges::count_if(tasks, [](const FileTask& task) { return std::holds_alternative<What>(task.what); }));
}

TEST_F(FileFlowTest, WhatFeedsThePublishingIsBegunBeforeIt) {
  FileFlowSettings settings = OneLocation();
  settings.heads = 0;
  settings.splits = false;
  settings.most_in_flight = 3;
  settings.publish = settings.decide = {.most_in_flight = 3, .adapts = false};
  FileFlow flow(settings, [] { return 0.5; });
  auto list = Begun(flow, Duration{0});
  ASSERT_EQ(CountOf<ListTask>(list), 1u);
  flow.OnDone(std::move(list[0]), Result<ListAnswer>(PageOf(100, "a", Cursor{"more"})), Duration{1});
  auto both = Begun(flow, Duration{1});
  ASSERT_EQ(CountOf<ListTask>(both), 1u);
  ASSERT_EQ(CountOf<DecideTask>(both), 1u);
  const std::size_t decide = std::holds_alternative<DecideTask>(both[0].what) ? 0 : 1;
  flow.OnDone(std::move(both[1 - decide]), Result<ListAnswer>(PageOf(100, "b", std::nullopt)), Duration{2});
  DecideAnswer answer;
  answer.objects.resize(100, {.kind = Decided::Kind::kPublish, .bytes = 10});
  flow.OnDone(std::move(both[decide]), Result<DecideAnswer>(std::move(answer)), Duration{3});
  const auto next = Begun(flow, Duration{3});
  EXPECT_EQ(CountOf<DecideTask>(next), 1u) << "though the events that wait could take every request";
  EXPECT_EQ(CountOf<PublishTask>(next), 2u);
}

TEST_F(FileFlowTest, ARequestThatIsThrottledInPartIsAThrottle) {
  FileFlowSettings settings = OneLocation();
  settings.heads = 0;
  settings.splits = false;
  FileFlow flow(settings, [] { return 0.5; });
  auto list = Begun(flow, Duration{0});
  flow.OnDone(std::move(list[0]), Result<ListAnswer>(PageOf(10, "a", std::nullopt)), Duration{1});
  auto decide = Begun(flow, Duration{1});
  ASSERT_EQ(CountOf<DecideTask>(decide), 1u);
  DecideAnswer decided;
  decided.objects.resize(10, {.kind = Decided::Kind::kPublish, .bytes = 10});
  flow.OnDone(std::move(decide[0]), Result<DecideAnswer>(std::move(decided)), Duration{2});
  auto publish = Begun(flow, Duration{2});
  ASSERT_EQ(CountOf<PublishTask>(publish), 1u);
  PublishAnswer answer(10, Status{});
  answer[3] = std::unexpected(Error{.code = ErrorCode::kThrottled, .message = "slow down", .retryable = true});
  flow.OnDone(std::move(publish[0]), Result<PublishAnswer>(std::move(answer)), Duration{3});
  EXPECT_EQ(flow.throttled(), 1u);
  EXPECT_EQ(flow.totals().published, 9u);
  EXPECT_EQ(flow.waiting(), 1u) << "to be tried again";
}

const Error kNoReason{.code = ErrorCode::kExpired, .message = "HTTP 400"};

// A flow of one page whose heads are all under way.
struct Heading {
  explicit Heading(int objects) {
    FileFlowSettings settings = OneLocation();
    settings.splits = false;
    settings.head = {.most_in_flight = 100, .adapts = false};
    flow.emplace(settings, [] { return 0.5; });
    auto list = Begun(*flow, Duration{0});
    flow->OnDone(std::move(list[0]), Result<ListAnswer>(PageOf(objects, "a", std::nullopt)), Duration{1});
    heads = Begun(*flow, Duration{1});
  }
  void Answer(FileTask& head, HeadAnswer answer) {
    flow->OnDone(std::move(head), Result<HeadAnswer>(std::move(answer)), ++now);
  }
  void Refuse(FileTask& head, const Error& error) {
    flow->OnDone(std::move(head), Result<HeadAnswer>(std::unexpected(error)), ++now);
  }
  std::optional<FileFlow> flow;
  std::vector<FileTask> heads;
  Duration now{2};
};

TEST(FileFlowHeads, CredentialsThatRanOutOnTheWayAreNoFaultOfTheObject) {
  Heading page(2);
  ASSERT_EQ(CountOf<HeadTask>(page.heads), 2u);
  page.Answer(page.heads[0], ObjectHead{});
  page.Refuse(page.heads[1], kNoReason);
  page.now += std::chrono::seconds(1);
  auto again = Begun(*page.flow, page.now);
  ASSERT_EQ(CountOf<HeadTask>(again), 1u);
  page.Answer(again[0], ObjectHead{});
  const auto decide = Begun(*page.flow, page.now);
  ASSERT_EQ(CountOf<DecideTask>(decide), 1u);
  EXPECT_EQ(std::get<DecideTask>(decide[0].what).entries.size(), 2u);
  EXPECT_EQ(page.flow->totals().failed, 0u);
}

TEST(FileFlowHeads, AnObjectThatIsAlwaysRefusedWithoutAReasonFailsAloneAndSoon) {
  Heading page(2);
  page.Answer(page.heads[0], ObjectHead{});
  page.Refuse(page.heads[1], kNoReason);
  int tries = 1;
  for (const Duration begun = page.now; page.now < begun + std::chrono::seconds(5);) {
    page.now += std::chrono::milliseconds(10);
    for (FileTask& task : Begun(*page.flow, page.now)) {
      if (!std::holds_alternative<HeadTask>(task.what)) continue;
      ++tries;
      page.Refuse(task, kNoReason);
    }
  }
  EXPECT_EQ(tries, 5);
  EXPECT_EQ(page.flow->totals().failed, 1u);
  EXPECT_FALSE(page.flow->fatal());
}

TEST(FileFlowHeads, WhatElseWentWrongWithAnObjectCountsApart) {
  Heading page(2);
  const Error garbage{.code = ErrorCode::kBadReply, .message = "garbage", .retryable = true};
  page.Answer(page.heads[0], ObjectHead{});
  page.Refuse(page.heads[1], garbage);
  int tries = 1;
  for (const Duration begun = page.now; page.now < begun + std::chrono::seconds(20) && tries < 10;) {
    page.now += std::chrono::milliseconds(10);
    for (FileTask& task : Begun(*page.flow, page.now)) {
      if (std::holds_alternative<HeadTask>(task.what)) page.Refuse(task, ++tries == 8 ? kNoReason : garbage);
    }
  }
  EXPECT_EQ(tries, 10);
  EXPECT_EQ(page.flow->totals().failed, 0u);
}

TEST(FileFlowHeads, CredentialsThatAreGoneEndTheRunAndLeaveTheObjectsToTheNext) {
  Heading page(100);
  page.Answer(page.heads[0], ObjectHead{});
  for (std::size_t i = 1; i < page.heads.size(); ++i) page.Refuse(page.heads[i], kNoReason);
  for (int round = 0; round < 1000 && !page.flow->fatal(); ++round) {
    page.now += std::chrono::milliseconds(10);
    for (FileTask& task : Begun(*page.flow, page.now)) {
      if (std::holds_alternative<HeadTask>(task.what)) page.Refuse(task, kNoReason);
    }
  }
  ASSERT_TRUE(page.flow->fatal());
  EXPECT_EQ(page.flow->fatal()->code, ErrorCode::kExpired);
  EXPECT_EQ(page.flow->totals().failed, 0u);
}

TEST_F(FileFlowTest, AListingWithExpiredCredentialsIsNoFaultOfTheBucket) {
  auto tasks = Begun(flow_, Duration{0});
  ASSERT_EQ(CountOf<ListTask>(tasks), 1u);
  const Error expired{.code = ErrorCode::kExpired, .message = "ExpiredToken"};
  flow_.OnDone(std::move(tasks[1]), Result<ListAnswer>(std::unexpected(expired)), Duration{1});
  ASSERT_TRUE(flow_.fatal());
  EXPECT_EQ(flow_.fatal()->code, ErrorCode::kExpired);
  EXPECT_TRUE(flow_.TakeNotes().empty());
}

TEST_F(FileFlowTest, TheSampleAloneIsAskedForItsHead) {
  FileFlowSettings settings = OneLocation();
  settings.heads = 0.3;
  settings.splits = false;
  settings.head = {.adapts = false};
  int drawn = 0;
  FileFlow flow(settings, [&] { return drawn++ % 2 == 0 ? 0.29 : 0.3; });
  auto list = Begun(flow, Duration{0});
  flow.OnDone(std::move(list[0]), Result<ListAnswer>(PageOf(5, "a", std::nullopt)), Duration{1});
  auto heads = Begun(flow, Duration{1});
  ASSERT_EQ(CountOf<HeadTask>(heads), 3u);
  ASSERT_EQ(heads.size(), 3u) << "the page waits for them";
  EXPECT_EQ(std::get<HeadTask>(heads[1].what).key, "p/a/002");
  for (FileTask& head : heads) flow.OnDone(std::move(head), Result<HeadAnswer>(ObjectHead{}), Duration{2});
  const auto decide = Begun(flow, Duration{2});
  ASSERT_EQ(CountOf<DecideTask>(decide), 1u);
  const auto& entries = std::get<DecideTask>(decide[0].what).entries;
  ASSERT_EQ(entries.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(entries[i].head.has_value(), i % 2 == 0) << i;
}

TEST_F(FileFlowTest, ALimitReadsInOrderAndAsksForNoNames) {
  FileFlowSettings settings = OneLocation();
  settings.limit = 10;
  FileFlow flow(settings, [] { return 0.5; });
  const auto tasks = Begun(flow, Duration{0});
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<ListTask>(tasks[0].what));
}

}  // namespace
}  // namespace vams
