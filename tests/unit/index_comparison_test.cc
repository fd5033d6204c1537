#include "verify/index_comparison.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "testing/temp_dir.h"
#include "verify/document_diff.h"

namespace vams {
namespace {

struct Verdicts {
  std::set<std::string> same, missing, differs, unexpected;
  std::map<std::string, std::string> locators;
  bool operator==(const Verdicts&) const = default;
};

Verdicts Compare(IndexComparison& comparison) {
  Verdicts v;
  EXPECT_TRUE(comparison.Compare({.same = [&](std::string_view id) -> Status {
                                    v.same.emplace(id);
                                    return {};
                                  },
                                  .missing = [&](std::string_view id, std::string_view locator) -> Status {
                                    v.missing.emplace(id);
                                    v.locators.emplace(id, locator);
                                    return {};
                                  },
                                  .differs = [&](std::string_view id, std::string_view locator) -> Status {
                                    v.differs.emplace(id);
                                    v.locators.emplace(id, locator);
                                    return {};
                                  },
                                  .unexpected = [&](std::string_view id) -> Status {
                                    v.unexpected.emplace(id);
                                    return {};
                                  }}));
  return v;
}

std::string Body(int n) { return "{\"n\":" + std::to_string(n) + "}"; }

// The comparison against maps, for any two sides.
RC_GTEST_PROP(IndexComparison, FindsWhatMapsFind, ()) {
  const auto id = rc::gen::map(rc::gen::inRange(0, 60), [](int n) { return "db#" + std::to_string(n); });
  const auto side = rc::gen::container<std::map<std::string, int>>(id, rc::gen::inRange(0, 3));
  const auto expected = *side;
  const auto actual = *side;
  TempDir dir;
  IndexComparison comparison(dir.path(), "t", Bytes{1});
  for (const auto& [i, n] : expected) RC_ASSERT(comparison.AddExpected(i, Body(n), "at " + i).has_value());
  for (const auto& [i, n] : actual) RC_ASSERT(comparison.AddActual(i, Body(n)).has_value());
  Verdicts want;
  for (const auto& [i, n] : expected) {
    const auto it = actual.find(i);
    (it == actual.end() ? want.missing : it->second == n ? want.same : want.differs).insert(i);
    if (it == actual.end() || it->second != n) want.locators[i] = "at " + i;
  }
  for (const auto& [i, n] : actual) {
    if (!expected.contains(i)) want.unexpected.insert(i);
  }
  RC_ASSERT(Compare(comparison) == want);
}

TEST(IndexComparison, TakesOtherSpellingsOfTheSameDocument) {
  TempDir dir;
  IndexComparison comparison(dir.path(), "t", Bytes{4096});
  ASSERT_TRUE(comparison.AddExpected("a", *CanonicalBody(R"({"b":"\u00e4","a":[1,2]})"), ""));
  ASSERT_TRUE(comparison.AddActual("a", R"({"a": [1, 2], "b": "\u00e4"})"));
  EXPECT_TRUE(Compare(comparison).same.contains("a"));
}

TEST(IndexComparison, TwoSourcesOfOneIdAreRightWithEither) {
  TempDir dir;
  IndexComparison comparison(dir.path(), "t", Bytes{4096});
  ASSERT_TRUE(comparison.AddExpected("a", Body(1), "first"));
  ASSERT_TRUE(comparison.AddExpected("a", Body(2), "second"));
  ASSERT_TRUE(comparison.AddActual("a", Body(1)));
  EXPECT_TRUE(Compare(comparison).same.contains("a"));
}

TEST(IndexComparison, WhatIsNoJsonObjectDiffers) {
  TempDir dir;
  IndexComparison comparison(dir.path(), "t", Bytes{4096});
  ASSERT_TRUE(comparison.AddExpected("a", Body(1), ""));
  ASSERT_TRUE(comparison.AddActual("a", "[1, 2]"));
  EXPECT_TRUE(Compare(comparison).differs.contains("a"));
}

TEST(DocumentDiff, NamesTheFieldsAndBothValues) {
  const auto differences = DiffDocuments(R"({"a":1,"b":"x","c":true})", R"({"a":1.0,"b":"y","d":null})");
  ASSERT_TRUE(differences);
  ASSERT_EQ(differences->size(), 3u);
  EXPECT_EQ((*differences)[0].field, "b");
  EXPECT_EQ((*differences)[0].expected, "\"x\"");
  EXPECT_EQ((*differences)[0].actual, "\"y\"");
  EXPECT_EQ((*differences)[1].field, "c");
  EXPECT_EQ((*differences)[1].actual, "");
  EXPECT_EQ((*differences)[2].field, "d");
  EXPECT_EQ((*differences)[2].expected, "");
}

TEST(DocumentDiff, CanonicalTextIsToldWithoutParsing) {
  EXPECT_TRUE(MayBeCanonical(R"({"a":1,"b":"x"})"));
  EXPECT_FALSE(MayBeCanonical(R"({"a": 1, "b": "x"})"));
  EXPECT_FALSE(MayBeCanonical(R"({"a":"\u00e4"})"));
  EXPECT_FALSE(MayBeCanonical("[1]"));
}

}  // namespace
}  // namespace vams
