#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/units.h"
#include "documents/compatibility.h"
#include "documents/source_ports.h"
#include "indexers/asset_indexer.h"
#include "indexers/file_indexer.h"
#include "indexers/step_counts.h"
#include "ports/change_stream.h"
#include "ports/search_index.h"

namespace vams {

// The name under which the indexers keep their place in the change stream.
inline constexpr std::string_view kStreamConsumerName = "indexers";

// Whose work is done for the records.
enum class StreamRole {
  kBoth,
  kAssets,  // asset documents only
  kFiles,   // documents of files whose metadata changed only
};

struct StreamConsumerOptions {
  std::string consumer{kStreamConsumerName};
  ItemCount batch{1000};        // records of a step
  std::uint32_t max_tries = 5;  // a record that still cannot be handled then is parked
  StreamRole role = StreamRole::kBoth;
};

// The indexers of the tables' changes as a service: the asset indexer for every record, the file indexer for those of
// the metadata table. A position is confirmed only when all up to it is durably indexed or parked. Several processes
// may do the same: they do some work twice, to the same effect. One thread at a time.
class StreamConsumer {
 public:
  StreamConsumer(ChangeStream& stream, const SourcePorts& source, SearchIndex& asset_index, SearchIndex& file_index,
                 Compatibility compatibility, Clock& clock, StreamConsumerOptions options = {});

  // One batch of one shard; never sleeps. An error: nothing is confirmed, all of it is read again.
  Result<StepCounts> Step();

 private:
  // Read from, beyond what is confirmed: over pages that were empty.
  struct Ahead {
    std::optional<Cursor> confirmed;
    std::optional<Cursor> next;
  };

  Result<StepCounts> StepShard(const std::string& shard);
  Result<StepCounts> HandlePage(const std::string& shard, const std::vector<ChangeRecord>& records);
  Result<bool> Park(const std::string& shard, const ChangeRecord& record, std::string_view reason);

  ChangeStream& stream_;
  AssetIndexer asset_indexer_;
  FileIndexer file_indexer_;
  StreamConsumerOptions options_;
  std::size_t next_shard_ = 0;
  std::map<std::string, Ahead> ahead_;
  std::set<std::string> finished_;
  // Of the page that is being tried again, by shard and sequence.
  std::map<std::pair<std::string, std::string>, std::uint32_t> tries_;
  std::set<std::pair<std::string, std::string>> parked_;
};

}  // namespace vams
