#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "backends/aws/streams/stream_position.h"
#include "base/clock.h"
#include "base/result.h"

namespace vams::aws {

// How far consumers of the streams have come, as files that survive a crash: `<consumer>.json` with the positions of
// its shards, and `parked.ndjson` with the records that were set aside. Several processes may use one directory; it is
// made when something is first written. Without it a consumer starts with the oldest records that the streams keep,
// which is more work to the same effect. Safe for concurrent calls.
class CheckpointDirectory {
 public:
  // `clock` outlives it.
  CheckpointDirectory(std::filesystem::path directory, const Clock& clock);

  // nullopt: nothing confirmed. kCorrupt: the file is not one of ours. kInvalid: no name for a consumer.
  Result<std::optional<StreamPosition>> Load(const std::string& consumer, const std::string& shard) const;
  // On the disk when it returns. An older position than the one that is there is a success that changes nothing.
  Status Save(const std::string& consumer, const std::string& shard, const StreamPosition& position) const;
  // Appends `line`, which holds no line break.
  Status Park(std::string_view line) const;

 private:
  struct Entry {
    StreamPosition position;
    UtcTime saved_at;
  };
  using Entries = std::map<std::string, Entry>;  // by shard

  Result<std::filesystem::path> FileOf(const std::string& consumer) const;
  static Result<Entries> Read(const std::filesystem::path& path);

  const std::filesystem::path directory_;
  const Clock& clock_;
};

}  // namespace vams::aws
