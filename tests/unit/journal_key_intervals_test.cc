#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "journal/key_intervals.h"
#include "unit/journal_generators.h"

namespace vams {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

bool Holds(const KeyInterval& i, const std::string& key) { return key > i.after && (!i.to || key <= *i.to); }

// Every key that the small alphabet has up to one byte more than the generated ones, so that each side of each bound is
// asked.
std::vector<std::string> AllKeys() {
  std::vector<std::string> keys{""};
  for (std::size_t from = 0, length = 0; length < 4; ++length) {
    const std::size_t to = keys.size();
    for (; from < to; ++from) {
      for (const char c : std::string("ab\xff")) keys.push_back(keys[from] + c);
    }
  }
  return keys;
}

TEST(KeyIntervals, MergesWhatTouches) {
  KeyIntervals keys;
  keys.Add({"b", "c"});
  keys.Add({"d", "e"});
  EXPECT_THAT(keys.Intervals(), ElementsAre(KeyInterval{"b", "c"}, KeyInterval{"d", "e"}));
  keys.Add({"c", "d"});
  EXPECT_THAT(keys.Intervals(), ElementsAre(KeyInterval{"b", "e"}));
  keys.Add({"", "a"});
  keys.Add({"f", std::nullopt});
  EXPECT_THAT(keys.Gaps(), ElementsAre(KeyInterval{"a", "b"}, KeyInterval{"e", "f"}));
  EXPECT_THAT(keys.Gaps({"aa", "ee"}), ElementsAre(KeyInterval{"aa", "b"}, KeyInterval{"e", "ee"}));
  keys.Add({"", std::nullopt});
  EXPECT_THAT(keys.Intervals(), ElementsAre(KeyInterval{"", std::nullopt}));
  EXPECT_THAT(keys.Gaps(), IsEmpty());
}

TEST(KeyIntervals, TheEndBelongsToItAndTheBeginningDoesNot) {
  KeyIntervals keys;
  keys.Add({"b", "d"});
  EXPECT_FALSE(keys.Covers("b"));
  EXPECT_TRUE(keys.Covers(std::string("b\0", 2)));
  EXPECT_TRUE(keys.Covers("d"));
  EXPECT_FALSE(keys.Covers(std::string("d\0", 2)));
}

TEST(KeyIntervals, OfNothingEverythingIsMissing) {
  EXPECT_THAT(KeyIntervals().Gaps(), ElementsAre(KeyInterval{}));
  EXPECT_THAT(KeyIntervals().Gaps({"b", "b"}), IsEmpty());
  KeyIntervals keys;
  keys.Add({"b", "b"});
  keys.Add({"c", "b"});
  EXPECT_THAT(keys.Intervals(), IsEmpty());
}

RC_GTEST_PROP(KeyIntervals, SayOfEveryKeyWhatASetOfKeysSays, ()) {
  const auto added = *rc::gen::container<std::vector<KeyInterval>>(AnyInterval());
  const auto within = *AnyInterval();
  KeyIntervals keys;
  for (const KeyInterval& i : added) keys.Add(i);
  const auto gaps = keys.Gaps(within);
  for (const std::string& key : AllKeys()) {
    const auto holds = [&key](const KeyInterval& i) { return Holds(i, key); };
    const bool in = std::ranges::any_of(added, holds);
    RC_ASSERT(keys.Covers(key) == in);
    RC_ASSERT(std::ranges::count_if(gaps, holds) == (Holds(within, key) && !in ? 1 : 0));
    RC_ASSERT(std::ranges::count_if(keys.Intervals(), holds) == (in ? 1 : 0));
  }
}

RC_GTEST_PROP(KeyIntervals, AreTheFewestThereCanBe, ()) {
  const auto added = *rc::gen::container<std::vector<KeyInterval>>(AnyInterval());
  KeyIntervals keys;
  for (const KeyInterval& i : added) keys.Add(i);
  const auto intervals = keys.Intervals();
  RC_ASSERT(intervals.size() == keys.size());
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    RC_ASSERT(!intervals[i].empty());
    if (i > 0) RC_ASSERT(intervals[i - 1].to.value_or(intervals[i].after) < intervals[i].after);
  }
}

TEST(KeyIntervals, GrowWithTheIntervalsNotWithTheKeys) {
  KeyIntervals keys;
  for (int n = 0; n < 1000; ++n) keys.Add({std::to_string(1000 + n), std::to_string(1001 + n)});
  EXPECT_THAT(keys, SizeIs(1));
}

}  // namespace
}  // namespace vams
