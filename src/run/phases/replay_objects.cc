#include "run/phases/replay_objects.h"

#include <utility>

namespace vams {
namespace {

constexpr std::size_t kPage = 250;

}  // namespace

bool ComesBefore(const ObjectLocation& a, const ObjectLocation& b) {
  return JoinParts(a.bucket, a.prefix) < JoinParts(b.bucket, b.prefix);
}

Result<bool> ReplayObjects::Peek() {
  if (!peeked_) {
    TRY_ASSIGN(peeked_, items_.NextObject());
  }
  return peeked_.has_value();
}

Result<ReplayObjects::Page> ReplayObjects::Next(const ObjectLocation& location) {
  while (taken_.size() < kPage) {
    TRY_ASSIGN(const bool there, Peek());
    if (!there) break;
    if (peeked_->bucket == location.bucket && peeked_->key.starts_with(location.prefix)) {
      taken_.push_back(std::move(*peeked_));
    } else if (ComesBefore({peeked_->bucket, peeked_->key}, location)) {
      elsewhere_(*peeked_);
    } else {
      break;  // of a later location
    }
    peeked_.reset();
  }
  TRY_ASSIGN(auto heads, store_.HeadMany(taken_));
  Page page{.entries = {}, .more = taken_.size() == kPage};
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    ObjectEntry entry{.key = std::move(taken_[i].key), .size = 0, .last_modified = {}, .etag = {}, .head = {}};
    if (heads[i] && *heads[i]) {
      entry.head = std::move(**heads[i]);
      entry.size = entry.head->size;
      entry.last_modified = entry.head->last_modified;
      entry.etag = entry.head->etag;
    }
    page.entries.push_back(std::move(entry));
  }
  taken_.clear();
  return page;
}

Status ReplayObjects::Finish() {
  while (true) {
    TRY_ASSIGN(const bool there, Peek());
    if (!there) return {};
    elsewhere_(*peeked_);
    peeked_.reset();
  }
}

}  // namespace vams
