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
