#include <gtest/gtest.h>

#include "engine/page_book.h"

namespace vams {
namespace {

Listing::Page Page(std::string after, std::optional<std::string> to, const std::vector<std::string>& keys) {
  Listing::Page page{.keys = {0, std::move(after), std::move(to)}, .entries = {}};
  for (const std::string& key : keys) {
    page.entries.push_back({.key = key, .size = 1, .last_modified = {}, .etag = {}, .head = std::nullopt});
  }
  return page;
}

TEST(PageBook, ConfirmsRunsOfSettledObjectsOnce) {
  PageBook book;
  const auto id = book.Add(Page("a", "f", {"b", "c", "d", "f"}), [] { return true; });
  EXPECT_EQ(book.at(id).heads_left, 4u);
  EXPECT_FALSE(book.dirty());
  book.Settle(id, 0);
  book.Settle(id, 2);
  EXPECT_TRUE(book.dirty());
  EXPECT_EQ(book.TakeConfirmed(), (std::vector<KeyRange>{{0, "a", "b"}, {0, "c", "d"}}));
  EXPECT_TRUE(book.TakeConfirmed().empty());
  book.Settle(id, 2);
  EXPECT_FALSE(book.dirty()) << "it was settled before";
  book.Settle(id, 1);
  book.Settle(id, 3);
  EXPECT_EQ(book.TakeConfirmed(), (std::vector<KeyRange>{{0, "b", "c"}, {0, "d", "f"}}));
  EXPECT_EQ(book.size(), 0u) << "what is settled whole is forgotten";
}

TEST(PageBook, TheLastObjectStandsForTheEndOfTheRange) {
  PageBook book;
  const auto id = book.Add(Page("", std::nullopt, {"x"}), [] { return false; });
  book.Settle(id, 0);
  EXPECT_EQ(book.TakeConfirmed(), (std::vector<KeyRange>{{0, "", std::nullopt}}));
}

TEST(PageBook, ARangeWithoutObjectsIsConfirmedAtOnce) {
  PageBook book;
  book.Add(Page("m", "q", {}), [] { return true; });
  EXPECT_TRUE(book.dirty());
  EXPECT_EQ(book.TakeConfirmed(), (std::vector<KeyRange>{{0, "m", "q"}}));
}

}  // namespace
}  // namespace vams
