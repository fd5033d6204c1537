#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "backends/aws/search/opensearch_client.h"
#include "base/result.h"
#include "base/units.h"
#include "model/cursor.h"
#include "ports/search_index.h"

namespace vams::aws {

// Where a scan stands: which index (an alias may move meanwhile), which of its shards, the view that is open on it, and
// the last hit.
struct ScanPosition {
  std::string index;
  std::size_t shards = 0;  // 0: the index is read as a whole, in the order of ids (serverless)
  std::size_t shard = 0;
  std::string pit_id{};    // "": not open yet
  std::string after{};     // JSON array; "": at the beginning
  std::uint64_t most = 0;  // hits of a page, where documents were so large that the reply would not fit; 0: as asked
};

Cursor ToCursor(const ScanPosition& position);
// kInvalid: not a cursor of such a scan.
Result<ScanPosition> FromCursor(const Cursor& cursor);

// One page from `position`; opens views and closes those that are read to their end. kPrecondition: the view has
// expired.
Result<IndexPage> ReadPage(const OpenSearchClient& client, ScanPosition position, ItemCount limit, ScanContent content);

}  // namespace vams::aws
