#include "journal/journal_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "testing/journal_samples.h"
#include "unit/journal_generators.h"

namespace vams {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(JournalState, IsWhatTheBatchesSayTogether) {
  const JournalState state = StatesAfter(SampleBatches()).back();
  EXPECT_THAT(state.files.at({"bucket-0", ""}).Intervals(), ElementsAre(KeyInterval{"", "n/ü.obj"}));
  EXPECT_THAT(state.files.at({"bucket-1", "site/"}).Gaps({"site/", "site0"}),
              ElementsAre(KeyInterval{"site/x1", "site/x3"}));
  EXPECT_EQ(state.segments, 4u);
  EXPECT_THAT(state.assets, ElementsAre(Pair(1, Cursor{std::string("\x00\xff{\"n\":1}", 9)}), Pair(3, std::nullopt)));
  EXPECT_THAT(state.counters, ElementsAre(Pair("assets", R"({"touched":100})"), Pair("files", R"({"published":500})"),
                                          Pair("seconds", "12")));
  EXPECT_THAT(state.phases, ElementsAre(Pair(JournalPhase::kAssets, PhaseState::kEnded),
                                        Pair(JournalPhase::kFiles, PhaseState::kEnded),
                                        Pair(JournalPhase::kVerify, PhaseState::kEnded)));
  ASSERT_TRUE(state.ended);
  EXPECT_EQ(state.ended->outcome, "findings");
}

TEST(JournalState, APhaseThatBeginsTakesTheEndBack) {
  JournalState state;
  state.Apply({.phases = {{JournalPhase::kVerify, PhaseState::kBegun}}, .ended = RunEnd{{}, "success"}});
  EXPECT_TRUE(state.ended) << "in one batch the end comes last";
  state.Apply({.phases = {{JournalPhase::kVerify, PhaseState::kEnded}}});
  EXPECT_TRUE(state.ended);
  state.Apply({.phases = {{JournalPhase::kFiles, PhaseState::kBegun}}});
  EXPECT_FALSE(state.ended);
}

TEST(JournalState, AnotherDivisionOfTheTableForgetsTheCursors) {
  JournalState state;
  state.Apply({.assets = {{4, 0, Cursor{"a"}}, {4, 1, std::nullopt}}});
  state.Apply({.assets = {{8, 0, Cursor{"b"}}}});
  EXPECT_EQ(state.segments, 8u);
  EXPECT_THAT(state.assets, ElementsAre(Pair(0, Cursor{"b"})));
}

RC_GTEST_PROP(JournalState, ASnapshotMakesTheSameState, ()) {
  JournalState state;
  for (const JournalBatch& batch : *rc::gen::container<std::vector<JournalBatch>>(AnyBatch())) state.Apply(batch);
  JournalState again;
  again.Apply(state.Snapshot());
  RC_ASSERT(again == state);
  RC_ASSERT(CheckBatch(state.Snapshot()).has_value());
}

TEST(JournalBatch, IsCheckedForWhatAJournalCannotHold) {
  EXPECT_TRUE(CheckBatch({.assets = {{1, 0, std::nullopt}}, .side_files = {{"findings.ndjson", 1}}}));
  EXPECT_EQ(CheckBatch({.assets = {{4, 4, std::nullopt}}}).error().code, ErrorCode::kInvalid);
  for (const std::string name : {"", ".", "..", "a/b", "/a", "journal", "journal.new", "journal.lock"}) {
    EXPECT_FALSE(CheckBatch({.side_files = {{name, 1}}})) << name;
  }
  EXPECT_FALSE(IsSideFileName(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace vams
