#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/file_tasks.h"
#include "engine/listing.h"

namespace vams {

// The pages that are being worked on: of each object whether its fate is settled, and which ranges of keys a commit may
// call confirmed. A page goes at once when all of it is settled: what is left of it until the next commit are ranges.
// No I/O.
class PageBook {
 public:
  using PageId = std::uint64_t;

  struct Page {
    std::size_t location = 0;
    std::string after{};                    // what the page begins after
    std::string keys{};                     // of its objects, one behind the other
    std::vector<std::uint32_t> key_ends{};  // in keys, where each ends
    std::optional<std::string> end{};       // what the page settles reaches as far as this
    std::vector<ObjectEntry> entries{};     // until they are handed to the decision
    std::vector<std::uint32_t> to_head{};   // objects whose head is yet to be asked for, the next one last
    std::size_t heads_left = 0;             // that have not been answered
    std::vector<std::uint8_t> settled{};    // 0: no, 1: yes, 2: and taken for a commit
    std::size_t unsettled = 0;
  };

  // `wants_head`: asked for each object without head, in order.
  PageId Add(Listing::Page page, const std::function<bool()>& wants_head);
  Page& at(PageId id) { return pages_.at(id); }
  std::string KeyOf(PageId id, std::size_t i) const { return std::string(KeyIn(pages_.at(id), i)); }
  // The last one of a page ends the page: no reference to it is valid then.
  void Settle(PageId id, std::size_t i);
  bool has(PageId id) const { return pages_.contains(id); }
  std::size_t size() const { return pages_.size(); }
  // Whether anything was settled since TakeConfirmed().
  bool dirty() const { return dirty_; }

  // The ranges that were settled since the last call.
  std::vector<KeyRange> TakeConfirmed();

 private:
  static std::string_view KeyIn(const Page& page, std::size_t i);
  static void TakeSettled(Page& page, std::vector<KeyRange>& into);

  std::map<PageId, Page> pages_;
  PageId next_ = 0;
  bool dirty_ = false;
  std::vector<KeyRange> ended_;  // of pages that are no more, and of those without any object
};

}  // namespace vams
