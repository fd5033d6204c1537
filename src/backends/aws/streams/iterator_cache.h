#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "backends/aws/streams/stream_position.h"
#include "base/mutex.h"

namespace vams::aws {

// The iterators that reading leaves behind, by shard and position: the next page costs one request, not two, and a
// reader moves on through the stretches of a stream that hold no records. Safe for concurrent calls.
class IteratorCache {
 public:
  struct Iterator {
    std::string token;  // "": the shard ends here
  };
  std::optional<Iterator> Get(const std::string& shard, const StreamPosition& position) const;
  // The last few of a shard are kept: those of the consumers that read it now.
  void Put(const std::string& shard, const StreamPosition& position, Iterator iterator);
  // Unless another has taken its place.
  void Drop(const std::string& shard, const StreamPosition& position, const Iterator& iterator);

 private:
  struct Entry {
    StreamPosition position;
    Iterator iterator;
  };
  mutable Mutex mu_;
  std::map<std::string, std::deque<Entry>> shards_ GUARDED_BY(mu_);
};

}  // namespace vams::aws
