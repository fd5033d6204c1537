#include "backends/aws/streams/iterator_cache.h"

#include <algorithm>
#include <utility>

namespace vams::aws {
namespace {

constexpr std::size_t kMostOfAShard = 4;

}  // namespace

std::optional<IteratorCache::Iterator> IteratorCache::Get(const std::string& shard,
                                                          const StreamPosition& position) const {
  const MutexLock lock(mu_);
  const auto entries = shards_.find(shard);
  if (entries == shards_.end()) return std::nullopt;
  for (const Entry& entry : entries->second) {
    if (entry.position == position) return entry.iterator;
  }
  return std::nullopt;
}

void IteratorCache::Put(const std::string& shard, const StreamPosition& position, Iterator iterator) {
  const MutexLock lock(mu_);
  auto& entries = shards_[shard];
  std::erase_if(entries, [&](const Entry& entry) { return entry.position == position; });
  entries.push_back({position, std::move(iterator)});
  if (entries.size() > kMostOfAShard) entries.pop_front();
}

void IteratorCache::Drop(const std::string& shard, const StreamPosition& position, const Iterator& iterator) {
  const MutexLock lock(mu_);
  const auto entries = shards_.find(shard);
  if (entries == shards_.end()) return;
  std::erase_if(entries->second, [&](const Entry& entry) {
    return entry.position == position && entry.iterator.token == iterator.token;
  });
}

}  // namespace vams::aws
