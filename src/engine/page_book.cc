#include "engine/page_book.h"

#include <utility>

namespace vams {

PageBook::PageId PageBook::Add(Listing::Page listed, bool with_heads) {
  const PageId id = next_++;
  if (listed.entries.empty()) {
    empty_.push_back(std::move(listed.keys));
    dirty_ = true;
    return id;
  }
  Page page{.location = listed.keys.location};
  page.bounds.reserve(listed.entries.size() + 1);
  page.bounds.push_back(std::move(listed.keys.after));
  for (const ObjectEntry& entry : listed.entries) {
    page.bounds.push_back(entry.key);
    if (with_heads && !entry.head) ++page.heads_left;
  }
  page.settled.assign(listed.entries.size(), 0);
  page.unsettled = listed.entries.size();
  page.end = std::move(listed.keys.to);
  page.entries = std::move(listed.entries);
  pages_.emplace(id, std::move(page));
  return id;
}

void PageBook::Settle(PageId id, std::size_t i) {
  Page& page = pages_.at(id);
  if (page.settled[i] != 0) return;
  page.settled[i] = 1;
  --page.unsettled;
  dirty_ = true;
}

std::vector<KeyRange> PageBook::TakeConfirmed() {
  std::vector<KeyRange> confirmed = std::exchange(empty_, {});
  for (auto at = pages_.begin(); at != pages_.end();) {
    Page& page = at->second;
    for (std::size_t i = 0; i < page.settled.size(); ++i) {
      if (page.settled[i] != 1) continue;
      const std::size_t first = i;
      for (; i < page.settled.size() && page.settled[i] == 1; ++i) page.settled[i] = 2;
      const bool to_the_end = i == page.settled.size();
      confirmed.push_back(
          {page.location, page.bounds[first], to_the_end ? page.end : std::optional<std::string>(page.bounds[i])});
    }
    at = page.unsettled == 0 ? pages_.erase(at) : std::next(at);
  }
  dirty_ = false;
  return confirmed;
}

}  // namespace vams
