#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "documents/compatibility.h"
#include "documents/source_rows.h"
#include "documents/verdict.h"
#include "model/asset.h"

namespace vams {

// What the asset indexer is asked to do.
struct AssetRequest {
  AssetKey key;
  std::string operation = "index";  // index, delete; anything else is refused
  bool archived = false;            // only a direct call sets it
  const Item* row = nullptr;        // where the caller has read the row just now, it is not read again
};

// Decides about assets and builds their documents, looking up everything in batches
// (docs/reference/vams-behaviour.md, 4.2 and 4.3). Keeps no state of its own: `rows` remembers.
class AssetLoader {
 public:
  AssetLoader(const SourcePorts& source, SourceRows& rows, Compatibility compatibility)
      : source_(source), rows_(rows), compatibility_(compatibility) {}

  // One verdict for each request, in order. An error: nothing could be told.
  Result<std::vector<Verdict>> Decide(std::span<const AssetRequest> requests);

 private:
  struct Work;
  Status LookUpSides(std::span<Work> work);
  std::optional<ItemCount> SideLimit() const;

  SourcePorts source_;
  SourceRows& rows_;
  Compatibility compatibility_;
};

}  // namespace vams
