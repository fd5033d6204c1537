#include "engine/page_book.h"

#include <algorithm>
#include <utility>

namespace vams {

PageBook::PageId PageBook::Add(Listing::Page listed, const std::function<bool()>& wants_head) {
  const PageId id = next_++;
  if (listed.entries.empty()) {
    ended_.push_back(std::move(listed.keys));
    dirty_ = true;
    return id;
  }
  Page page{.location = listed.keys.location};
  page.after = std::move(listed.keys.after);
  std::size_t bytes = 0;
  for (const ObjectEntry& entry : listed.entries) bytes += entry.key.size();
  page.keys.reserve(bytes);
  page.key_ends.reserve(listed.entries.size());
  for (std::size_t i = 0; i < listed.entries.size(); ++i) {
    page.keys += listed.entries[i].key;
    page.key_ends.push_back(static_cast<std::uint32_t>(page.keys.size()));
    if (!listed.entries[i].head && wants_head()) page.to_head.push_back(static_cast<std::uint32_t>(i));
  }
  std::ranges::reverse(page.to_head);
  page.heads_left = page.to_head.size();
  page.settled.assign(listed.entries.size(), 0);
  page.unsettled = listed.entries.size();
  page.end = std::move(listed.keys.to);
  page.entries = std::move(listed.entries);
  pages_.emplace(id, std::move(page));
  return id;
}

void PageBook::Settle(PageId id, std::size_t i) {
  const auto at = pages_.find(id);
  Page& page = at->second;
  if (page.settled[i] != 0) return;
  page.settled[i] = 1;
  dirty_ = true;
  if (--page.unsettled > 0) return;
  TakeSettled(page, ended_);
  pages_.erase(at);
}

std::string_view PageBook::KeyIn(const Page& page, std::size_t i) {
  const std::size_t from = i == 0 ? 0 : page.key_ends[i - 1];
  return std::string_view(page.keys).substr(from, page.key_ends[i] - from);
}

void PageBook::TakeSettled(Page& page, std::vector<KeyRange>& into) {
  for (std::size_t i = 0; i < page.settled.size(); ++i) {
    if (page.settled[i] != 1) continue;
    const std::size_t first = i;
    for (; i < page.settled.size() && page.settled[i] == 1; ++i) page.settled[i] = 2;
    // From behind the object before the first one to the last one.
    const bool to_the_end = i == page.settled.size();
    into.push_back({page.location, first == 0 ? page.after : std::string(KeyIn(page, first - 1)),
                    to_the_end ? page.end : std::optional<std::string>(KeyIn(page, i - 1))});
  }
}

std::vector<KeyRange> PageBook::TakeConfirmed() {
  std::vector<KeyRange> confirmed = std::exchange(ended_, {});
  for (auto& [id, page] : pages_) TakeSettled(page, confirmed);
  dirty_ = false;
  return confirmed;
}

}  // namespace vams
