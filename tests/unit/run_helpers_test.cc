#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/line_throttle.h"
#include "config/limits.h"
#include "run/context/selection.h"
#include "run/state/handled_items.h"
#include "run/state/run_directory.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vams {
namespace {

RC_GTEST_PROP(JoinParts, ComesApartAgain, (const std::string& first, const std::string& second)) {
  RC_ASSERT(SplitParts(JoinParts(first, second)) == std::pair(first, second));
}

TEST(HandledItems, GivesEachBackInOrder) {
  TempDir dir;
  HandledItems items(dir.path());
  ASSERT_TRUE(items.Add(AssetKey{"db", "b"}));
  ASSERT_TRUE(items.Add(AssetKey{"db", "a"}));
  ASSERT_TRUE(items.Add(ObjectRef{"bucket", "k:1"}));
  ASSERT_TRUE(items.Finish());
  EXPECT_EQ((**items.NextAsset()), (AssetKey{"db", "a"}));
  EXPECT_EQ((**items.NextAsset()), (AssetKey{"db", "b"}));
  EXPECT_FALSE(*items.NextAsset());
  EXPECT_EQ((**items.NextObject()), (ObjectRef{"bucket", "k:1"}));
  EXPECT_FALSE(*items.NextObject());
}

TEST(EffectiveRate, TheGuidesPresetsKeepTheirMeaningAsAnUpperBound) {
  Options options;
  EXPECT_FALSE(EffectiveRate(options, true));
  options.reindex.sns_publish_delay = std::chrono::milliseconds(50);
  options.reindex.max_workers = 10;
  EXPECT_DOUBLE_EQ(EffectiveRate(options, true)->value, 200);
  EXPECT_FALSE(EffectiveRate(options, false)) << "the delay is of events, not of touches";
  options.max_rate = PerSecond{120};
  EXPECT_DOUBLE_EQ(EffectiveRate(options, true)->value, 120);
  EXPECT_DOUBLE_EQ(EffectiveRate(options, false)->value, 120);
}

TEST(Selection, TellsDocumentsByTheirIds) {
  Selection selection;
  selection.database = "db";
  selection.asset = "a";
  EXPECT_TRUE(MaySelectDocument(selection, "db#a"));
  EXPECT_TRUE(MaySelectDocument(selection, "db#a#/x/y.glb"));
  EXPECT_TRUE(MaySelectDocument(selection, "db#deleted#a"));
  EXPECT_FALSE(MaySelectDocument(selection, "db2#a"));
  EXPECT_FALSE(MaySelectDocument(selection, "db#ab"));
  EXPECT_TRUE(MaySelectDocument({}, "anything"));
}

TEST(Selection, NarrowsLocationsAndObjects) {
  Selection selection;
  selection.bucket = "one";
  selection.prefix = "a/b/";
  EXPECT_TRUE(Selects(selection, ObjectLocation{"one", ""}));
  EXPECT_TRUE(Selects(selection, ObjectLocation{"one", "a/b/c/"}));
  EXPECT_FALSE(Selects(selection, ObjectLocation{"one", "x/"}));
  EXPECT_FALSE(Selects(selection, ObjectLocation{"two", ""}));
  ObjectEntry entry{.key = "a/b/x.glb", .size = 1, .last_modified = {}, .etag = "e", .head = ObjectHead{}};
  EXPECT_TRUE(Selects(selection, entry));
  selection.database = "db";
  EXPECT_FALSE(Selects(selection, entry)) << "its metadata names no database";
  entry.head->metadata = {{"databaseid", "db"}};
  EXPECT_TRUE(Selects(selection, entry));
  selection.since = *ParseIso("2025-01-01T00:00:00Z");
  EXPECT_FALSE(Selects(selection, entry));
}

TEST(RunDirectory, HasAnIdOfItsOwnAndLeavesNothingEmptyBehind) {
  TempDir dir;
  const UtcTime now = *ParseIso("2025-06-01T00:00:00Z");
  {
    const auto first = RunDirectory::Create(dir.path(), now);
    const auto second = RunDirectory::Create(dir.path(), now);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->id(), "20250601_000000");
    EXPECT_EQ(second->id(), "20250601_000001");
    EXPECT_TRUE(std::filesystem::is_directory(first->scratch()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(RunDirectory, SaysWhatCannotBeWritten) {
  const auto directory = RunDirectory::Create("/proc/nowhere", *ParseIso("2025-06-01T00:00:00Z"));
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message.find("/proc/nowhere"), std::string::npos);
  EXPECT_FALSE(directory.error().hint.empty());
}

TEST(LineThrottle, LetsThroughTheFirstAndThenOneInAWhile) {
  FakeClock clock;
  LineThrottle lines(std::chrono::seconds(10));
  EXPECT_TRUE(lines.Due(clock));
  EXPECT_FALSE(lines.Due(clock));
  clock.Advance(std::chrono::seconds(10));
  EXPECT_TRUE(lines.Due(clock));
}

}  // namespace
}  // namespace vams
