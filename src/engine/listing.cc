#include "engine/listing.h"

#include <algorithm>
#include <utility>

#include "engine/key_split.h"

namespace vams {
namespace {

// A guess that finds nothing costs one request; so many of them in a row, and the range is taken to be at its end.
constexpr std::uint32_t kSplitsPerPage = 8;

}  // namespace

Listing::Listing(std::vector<KeyRange> ranges, std::vector<std::string> prefixes, bool splits)
    : splits_(splits), open_(ranges.size()) {
  for (std::string& prefix : prefixes) places_.push_back({.prefix = std::move(prefix)});
  for (KeyRange& range : ranges) {
    const bool whole = range.after.empty() && !range.to;
    ranges_.push_back({.keys = std::move(range), .uncut = whole && splits});
  }
}

void Listing::Close(Range& range) {
  if (range.state == Range::State::kDone) return;
  range.state = Range::State::kDone;
  range.cursor.reset();
  --open_;
}

std::optional<std::size_t> Listing::FirstIdle() {
  while (first_open_ < ranges_.size() && ranges_[first_open_].state == Range::State::kDone) ++first_open_;
  for (std::size_t i = first_open_; i < ranges_.size(); ++i) {
    if (ranges_[i].state == Range::State::kIdle) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> Listing::NextUncut() {
  const auto next = FirstIdle();
  if (!next || !std::exchange(ranges_[*next].uncut, false)) return std::nullopt;
  return ranges_[*next].keys.location;
}

Listing::Range* Listing::OpenRangeAround(std::size_t location, std::string_view key) {
  for (std::size_t i = first_open_; i < ranges_.size(); ++i) {
    Range& range = ranges_[i];
    if (range.state == Range::State::kDone || range.keys.location != location) continue;
    if (range.keys.after < key && (!range.keys.to || key < *range.keys.to)) return &range;
  }
  return nullptr;
}

void Listing::CutAt(Range& range, const std::string& key) {
  Range upper{.keys = {range.keys.location, key, std::exchange(range.keys.to, key)}};
  ranges_.push_back(std::move(upper));
  ++open_;
}

void Listing::Cut(std::size_t location, std::vector<std::string> names, std::size_t most) {
  Place& place = places_[location];
  if (!place.has_page) {
    place.names = std::move(names);
    place.most = most;
    return;
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  std::erase_if(names, [&](const std::string& name) {
    return !name.starts_with(place.prefix) || OpenRangeAround(location, name) == nullptr;
  });
  const auto open = static_cast<std::size_t>(std::ranges::count_if(ranges_, [&](const Range& range) {
    return range.state != Range::State::kDone && range.keys.location == location;
  }));
  const std::size_t cuts = std::min(most - std::min(most, open), names.size());
  for (std::size_t i = 0; i < cuts; ++i) {
    const std::string& name = names[(i + 1) * names.size() / (cuts + 1)];
    CutAt(*OpenRangeAround(location, name), name);
  }
}

std::optional<Listing::Request> Listing::Next(bool may_split) {
  std::optional<std::size_t> chosen = FirstIdle();
  if (!chosen && may_split && splits_) chosen = Split();
  if (!chosen) return std::nullopt;
  Range& range = ranges_[*chosen];
  range.state = Range::State::kAsked;
  range.uncut = false;
  return Request{.range = *chosen, .location = range.keys.location, .after = range.keys.after, .cursor = range.cursor};
}

// The one with the most pages behind it has shown best that it is large.
std::optional<std::size_t> Listing::Split() {
  Range* largest = nullptr;
  for (std::size_t i = first_open_; i < ranges_.size(); ++i) {
    Range& range = ranges_[i];
    if (range.state != Range::State::kAsked || range.pages == 0 || range.splits >= kSplitsPerPage) continue;
    if (largest == nullptr || range.pages > largest->pages) largest = &range;
  }
  if (largest == nullptr) return std::nullopt;
  ++largest->splits;
  auto middle = KeyBetween(largest->keys.after, largest->keys.to, places_[largest->keys.location].prefix);
  if (!middle) {
    largest->splits = kSplitsPerPage;
    return std::nullopt;
  }
  CutAt(*largest, *middle);
  return ranges_.size() - 1;
}

std::optional<Listing::Page> Listing::OnPage(std::size_t index, std::vector<ObjectEntry> entries,
                                             std::optional<Cursor> next) {
  Range& range = ranges_[index];
  if (range.state != Range::State::kAsked) return std::nullopt;  // dropped
  range.state = Range::State::kIdle;
  // The range may have been cut while this page was on its way.
  const auto beyond = [&](const ObjectEntry& entry) { return range.keys.to && entry.key > *range.keys.to; };
  const auto end = std::ranges::find_if(entries, beyond);
  const bool cut = end != entries.end();
  entries.erase(end, entries.end());
  ++range.pages;
  range.splits = 0;
  Place& place = places_[range.keys.location];
  const bool first = !std::exchange(place.has_page, true);
  const bool at_end = range.keys.to && !entries.empty() && entries.back().key == *range.keys.to;
  const bool last = cut || at_end || !next;
  if (entries.empty() && !last) {
    range.cursor = std::move(next);
    if (first) Cut(range.keys.location, std::exchange(place.names, {}), place.most);
    return std::nullopt;
  }
  Page page{.keys = range.keys, .entries = std::move(entries)};
  if (last) {
    Close(range);  // the page settles all up to the end of the range
  } else {
    page.keys.to = page.entries.back().key;
    range.keys.after = page.entries.back().key;
    range.cursor = std::move(next);
  }
  if (first) Cut(page.keys.location, std::exchange(place.names, {}), place.most);
  return page;
}

void Listing::OnFailure(std::size_t range) {
  if (ranges_[range].state == Range::State::kAsked) ranges_[range].state = Range::State::kIdle;
}

void Listing::Drop(std::size_t location) {
  for (Range& range : ranges_) {
    if (range.keys.location == location) Close(range);
  }
}

}  // namespace vams
