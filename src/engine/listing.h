#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/cursor.h"
#include "model/object.h"

namespace vams {

// Keys of one location that lie after `after` and not after `to`, in byte order. nullopt `to`: up to its end.
struct KeyRange {
  std::size_t location = 0;
  std::string after;
  std::optional<std::string> to;
  bool operator==(const KeyRange&) const = default;
};

// What is left to be listed: ranges of keys, each read page by page, cut at the names that somebody tells of, and in
// two where one proves large and there is room for another request. Every key is in exactly one range at any time. No
// I/O.
class Listing {
 public:
  // `prefixes`: of the locations. `splits` false: a range is read from its start to its end.
  Listing(std::vector<KeyRange> ranges, std::vector<std::string> prefixes, bool splits);

  struct Request {
    std::size_t range;
    std::size_t location;
    std::string after;             // where to begin without a cursor
    std::optional<Cursor> cursor;  // where the last page ended
  };
  // A location of which nothing has been asked yet and all is to be listed, and whose turn it is: names in it are worth
  // asking for (Cut). Each at most once; nullopt: none at the moment.
  std::optional<std::size_t> NextUncut();
  // Cuts what is not done of `location` at some of `names`, spread evenly over them, into `most` ranges at most; not
  // before its first page, which may be all there is. In any order and whatever they are: they decide how even the
  // ranges are, nothing else.
  void Cut(std::size_t location, std::vector<std::string> names, std::size_t most);

  // The next page to ask for; nullopt: each range is being asked or done. A range is cut only if `may_split`.
  std::optional<Request> Next(bool may_split);

  // A page as it belongs to its range, with the bounds of the keys that it settles.
  struct Page {
    KeyRange keys;
    std::vector<ObjectEntry> entries;
  };
  // nullopt: the page settles nothing (it was empty and there is more).
  std::optional<Page> OnPage(std::size_t range, std::vector<ObjectEntry> entries, std::optional<Cursor> next);
  // To be asked again.
  void OnFailure(std::size_t range);
  // No more pages of this location.
  void Drop(std::size_t location);

  bool done() const { return open_ == 0; }
  std::size_t open() const { return open_; }

 private:
  struct Range {
    KeyRange keys;  // `after` moves on with each page
    std::optional<Cursor> cursor{};
    enum class State : std::uint8_t { kIdle, kAsked, kDone } state = State::kIdle;
    std::uint32_t pages = 0;
    std::uint32_t splits = 0;  // since the last page
    bool uncut = false;        // see NextUncut()
  };
  struct Place {  // a location
    std::string prefix;
    bool has_page = false;
    std::vector<std::string> names{};  // to be cut at when it has
    std::size_t most = 0;
  };
  std::optional<std::size_t> FirstIdle();
  Range* OpenRangeAround(std::size_t location, std::string_view key);
  void CutAt(Range& range, const std::string& key);
  std::optional<std::size_t> Split();
  void Close(Range& range);

  std::deque<Range> ranges_;
  std::vector<Place> places_;
  const bool splits_;
  std::size_t open_ = 0;
  std::size_t first_open_ = 0;  // none before it is open
};

}  // namespace vams
