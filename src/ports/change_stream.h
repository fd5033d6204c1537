#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "model/change.h"
#include "model/cursor.h"

namespace vams {

struct ChangePage {
  std::vector<ChangeRecord> records;  // in the order of the writes
  std::optional<Cursor> next;         // where to go on, also from an empty page; nullopt: the shard is closed and read
};

// Reads the change streams of the asset, metadata and link tables. Safe for concurrent calls.
// Positions are kept by consumer name, so that a process which starts later goes on where another ended.
class ChangeStream {
 public:
  virtual ~ChangeStream() = default;

  // The shards there are now. A shard's records are in order; across shards there is none.
  virtual Result<std::vector<std::string>> Shards() = 0;

  // Records of `shard` after `from` (nullopt: from the oldest kept), at most `limit` (> 0). Does not wait.
  virtual Result<ChangePage> Read(const std::string& shard, const std::optional<Cursor>& from, ItemCount limit) = 0;

  // nullopt: this consumer has confirmed nothing of the shard yet.
  virtual Result<std::optional<Cursor>> LoadCheckpoint(const std::string& consumer, const std::string& shard) = 0;

  // Confirms all up to `position`. Never moves backwards: an older position is a success that changes nothing.
  virtual Status SaveCheckpoint(const std::string& consumer, const std::string& shard, const Cursor& position) = 0;

  // About how many records this consumer has not confirmed yet; nullopt where the service does not tell.
  virtual Result<std::optional<ItemCount>> Backlog(const std::string& consumer) = 0;

  // Sets aside a record that can never be handled, with the reason.
  virtual Status Park(const ChangeRecord& record, std::string_view reason) = 0;
};

}  // namespace vams
