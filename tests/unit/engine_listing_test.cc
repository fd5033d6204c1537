#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "engine/listing.h"

namespace vams {
namespace {

std::vector<ObjectEntry> Entries(const std::vector<std::string>& keys) {
  std::vector<ObjectEntry> entries;
  for (const std::string& key : keys) {
    entries.push_back({.key = key, .size = 1, .last_modified = {}, .etag = {}, .head = std::nullopt});
  }
  return entries;
}

TEST(Listing, ReadsARangePageByPage) {
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}}, {""}, true);
  auto request = listing.Next(true);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->after, "");
  EXPECT_FALSE(listing.Next(true)) << "nothing is known of its size yet";
  auto page = listing.OnPage(request->range, Entries({"a", "b"}), Cursor{"b"});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->keys, (KeyRange{0, "", "b"}));
  request = listing.Next(false);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->cursor, Cursor{"b"});
  page = listing.OnPage(request->range, Entries({"c"}), std::nullopt);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->keys, (KeyRange{0, "b", std::nullopt}));
  EXPECT_TRUE(listing.done());
}

TEST(Listing, AnEmptyPageWithMoreSettlesNothing) {
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}}, {""}, true);
  auto request = listing.Next(false);
  EXPECT_FALSE(listing.OnPage(request->range, {}, Cursor{"x"}));
  request = listing.Next(false);
  EXPECT_EQ(request->cursor, Cursor{"x"});
  const auto page = listing.OnPage(request->range, {}, std::nullopt);
  ASSERT_TRUE(page) << "the end of the range is settled";
  EXPECT_EQ(page->keys, (KeyRange{0, "", std::nullopt}));
}

TEST(Listing, AFailureIsAskedAgainAndADroppedLocationIsNot) {
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}, {.location = 1, .after = "", .to = "m"}}, {"", ""},
                  true);
  const auto first = listing.Next(false);
  listing.OnFailure(first->range);
  EXPECT_EQ(listing.Next(false)->range, first->range);
  listing.Drop(0);
  EXPECT_FALSE(listing.OnPage(first->range, Entries({"a"}), std::nullopt)) << "what comes late is of no use";
  EXPECT_EQ(listing.open(), 1u);
}

std::vector<std::string> Begins(Listing& listing) {
  std::vector<std::string> begins;
  while (const auto request = listing.Next(false)) begins.push_back(request->after);
  return begins;
}

TEST(Listing, NamesCutALocationEvenly) {
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}}, {""}, true);
  EXPECT_EQ(listing.NextUncut(), 0u);
  EXPECT_EQ(listing.NextUncut(), std::nullopt) << "once";
  const auto request = listing.Next(false);
  listing.Cut(0, {"g/", "b/", "a/", "c/", "e/", "d/", "f/", "h/", "a/"}, 4);
  EXPECT_EQ(listing.open(), 1u) << "the first page may be all there is";
  ASSERT_TRUE(listing.OnPage(request->range, Entries({"0"}), Cursor{"0"}));
  EXPECT_EQ(Begins(listing), (std::vector<std::string>{"0", "c/", "e/", "g/"}));
  EXPECT_EQ(listing.open(), 4u);
  listing.Cut(0, {"x/"}, 4);
  EXPECT_EQ(listing.open(), 4u) << "there are enough";
}

TEST(Listing, ALocationOfOnePageIsNotCut) {
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}}, {""}, true);
  const auto request = listing.Next(false);
  listing.Cut(0, {"a/", "b/"}, 4);
  const auto page = listing.OnPage(request->range, Entries({"a/1", "b/1"}), std::nullopt);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->entries.size(), 2u);
  EXPECT_TRUE(listing.done());
}

TEST(Listing, WhatIsNoNameBetweenTheBoundsCutsNothing) {
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}}, {"p/"}, true);
  auto request = listing.Next(false);
  EXPECT_EQ(listing.NextUncut(), std::nullopt) << "it is under way";
  listing.OnPage(request->range, Entries({"p/a", "p/m"}), Cursor{"p/m"});
  listing.Cut(0, {"", "a", "p", "q/", "p/a/", "p/m"}, 9);
  EXPECT_EQ(listing.open(), 1u);
  listing.Cut(0, {"p/z/"}, 9);
  EXPECT_EQ(listing.open(), 2u);
  listing.Drop(0);
  listing.Cut(0, {"p/y/"}, 9);
  EXPECT_TRUE(listing.done());
}

TEST(Listing, OnlyAWholeLocationIsWorthNames) {
  Listing parts({{.location = 0, .after = "a", .to = std::nullopt}, {.location = 1, .after = "", .to = "m"}}, {"", ""},
                true);
  EXPECT_EQ(parts.NextUncut(), std::nullopt);
  Listing ordered({{.location = 0, .after = "", .to = std::nullopt}}, {""}, false);
  EXPECT_EQ(ordered.NextUncut(), std::nullopt);
}

// Whatever is cut, where and when, and in whatever order pages come: every key once, and the bounds of the pages leave
// no gap.
RC_GTEST_PROP(Listing, EveryKeyComesOnceHoweverRangesAreCut, ()) {
  const auto letter = rc::gen::element('a', 'b', '/', '0', '\x01', '~', '\xC3', '\xFF');
  const std::set<std::string> keys =
      *rc::gen::container<std::set<std::string>>(rc::gen::nonEmpty(rc::gen::container<std::string>(letter)));
  const std::size_t size = *rc::gen::inRange<std::size_t>(1, 5);
  Listing listing({{.location = 0, .after = "", .to = std::nullopt}}, {""}, true);
  std::vector<Listing::Request> asked;
  std::multiset<std::string> seen;
  std::map<std::string, std::optional<std::string>> covered;
  while (!listing.done()) {
    if (*rc::gen::inRange(0, 3) == 0) {
      // Folders, keys themselves, and what is neither.
      auto names = *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(letter));
      for (const std::string& key : keys) {
        if (const auto slash = key.find('/'); slash != std::string::npos) names.push_back(key.substr(0, slash + 1));
        if (*rc::gen::inRange(0, 4) == 0) names.push_back(key);
      }
      listing.Cut(0, names, *rc::gen::inRange<std::size_t>(0, 20));
    }
    while (asked.size() < 4) {
      auto request = listing.Next(true);
      if (!request) break;
      asked.push_back(std::move(*request));
    }
    const auto at = static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, asked.size()));
    const Listing::Request request = asked[static_cast<std::size_t>(at)];
    asked.erase(asked.begin() + at);
    std::vector<std::string> some;
    auto key = keys.upper_bound(request.cursor ? request.cursor->token : request.after);
    for (; key != keys.end() && some.size() < size; ++key) some.push_back(*key);
    const auto next = key == keys.end() ? std::nullopt : std::optional(Cursor{some.back()});
    const auto page = listing.OnPage(request.range, Entries(some), next);
    if (!page) continue;
    for (const auto& entry : page->entries) seen.insert(entry.key);
    RC_ASSERT(covered.emplace(page->keys.after, page->keys.to).second);
  }
  RC_ASSERT(std::vector(seen.begin(), seen.end()) == std::vector(keys.begin(), keys.end()));
  std::optional<std::string> reached = "";
  for (const auto& [after, to] : covered) {
    RC_ASSERT(reached == after);
    reached = to;
  }
  RC_ASSERT(!reached);
}

}  // namespace
}  // namespace vams
